#include "sm_train/aws/credentials.hpp"

#include "aws/credential_support.hpp"
#include "sm_train/aws/credentials_answer.hpp"
#include "sm_train/aws/timestamp.hpp"

using namespace sm_train;
using namespace sm_train::test;

TEST_CASE("the environment gives its keys, with or without a session token") {
  const EnvVars env = {
      {"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "secret"}, {"AWS_SESSION_TOKEN", "t"}};
  CHECK(given(environment_credentials(env)).access_key_id == "id");
  CHECK(given(environment_credentials(env)).secret_access_key == "secret");
  CHECK(given(environment_credentials(env)).session_token == "t");
  CHECK(reason(environment_credentials({})) == "AWS_ACCESS_KEY_ID is not set");
}

TEST_CASE("half a pair in the environment is an error that names the missing half") {
  const auto failure = failure_in([] { environment_credentials({{"AWS_ACCESS_KEY_ID", "id"}}); });
  CHECK(failure.cause == Cause::denied);
  CHECK(failure.what == "AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not.");
}

TEST_CASE("the container's relative URI is asked on 169.254.170.2, past any proxy") {
  TcpServer server([](const ReceivedRequest&, Connection& c) { c.send(http_answer(200, service_answer)); });
  std::vector<HttpRequest> requests;
  const auto sources = sources_of({{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x?y=1"}},
                                  sent_to(server, requests));
  const auto credentials = given(container_credentials(sources, {}));
  CHECK(credentials.access_key_id == "AKID");
  CHECK(credentials.secret_access_key == "secret/+");
  CHECK(credentials.session_token == "tok==");
  CHECK(credentials.expires == parse_timestamp("2030-01-01T00:00:00Z"));
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].url == "http://169.254.170.2/v2/credentials/x?y=1");
  CHECK_FALSE(requests[0].use_proxy);
  CHECK(server.requests().at(0).target == "/v2/credentials/x?y=1");
}

TEST_CASE("the container's full URI gets the token, of the file before that of the variable") {
  TcpServer server([](const ReceivedRequest&, Connection& c) { c.send(http_answer(200, service_answer)); });
  const TempDir dir;
  EnvVars env = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url() + "/creds"},
                 {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic value"}};
  given(container_credentials(sources_of(env), {}));
  env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = write(dir, "token", "Basic file\n");
  given(container_credentials(sources_of(env), {}));
  CHECK(server.requests().at(0).headers.at("authorization") == "Basic value");
  CHECK(server.requests().at(1).headers.at("authorization") == "Basic file");
}

TEST_CASE("the container's full URI may not lead to another machine in the clear") {
  const HttpSend none = [](const HttpRequest& request, const Interrupt&) -> HttpResponse {
    FAIL("asked: " << request.url);
    return {};
  };
  for (const char* url :
       {"http://example.com/x", "http://10.0.0.1/x", "http://127.0.0.1.example.com/", "ftp://localhost/",
        "http://localhost@example.com/", "http://[::2]/", "localhost/x"}) {
    const auto failure = failure_in([&] {
      container_credentials(sources_of({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", url}}, none), {});
    });
    CHECK(failure.cause == Cause::bad_config);
  }
  const auto relative = failure_in([&] {
    container_credentials(sources_of({{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", ".evil.com/"}}, none), {});
  });
  CHECK(relative.cause == Cause::bad_config);
}

TEST_CASE("the container's full URI may lead to this machine, to a link-local agent, or anywhere by https") {
  std::vector<std::string> asked;
  const HttpSend recording = [&](const HttpRequest& request, const Interrupt&) -> HttpResponse {
    asked.push_back(request.url);
    return {.status = 200, .headers = {}, .body = service_answer};
  };
  const std::vector<std::string> urls = {"http://localhost:8080/x",  "http://127.1.2.3/",
                                         "http://[::1]:80/x",        "http://169.254.170.23/v1",
                                         "http://[fd00:ec2::23]/v1", "https://example.com/x"};
  for (const auto& url : urls)
    given(container_credentials(sources_of({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", url}}, recording), {}));
  CHECK(asked == urls);
}

TEST_CASE("a container service that fails for a moment is asked again") {
  std::atomic<int> count = 0;
  TcpServer server([&](const ReceivedRequest&, Connection& c) {
    ++count < 3 ? c.send(http_answer(500, "")) : c.send(http_answer(200, service_answer));
  });
  given(container_credentials(sources_of({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url()}}), {}));
  CHECK(count == 3);
}

TEST_CASE("a container service that refuses, or answers with something else, is an error without its text") {
  const auto failure_at = [](const std::string& answer) {
    TcpServer server([answer](const ReceivedRequest&, Connection& c) { c.send(answer); });
    const auto sources = sources_of({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url()}});
    return failure_in([&] { container_credentials(sources, {}); });
  };
  const auto refused = failure_at(http_answer(403, "forbidden"));
  CHECK(refused.cause == Cause::denied);
  CHECK(contains(refused.what, "403"));
  const auto odd = failure_at(http_answer(200, R"({"SecretAccessKey": "hidden"})"));
  CHECK(odd.cause == Cause::bad_data);
  CHECK_FALSE(contains(odd.what + odd.remedy, "hidden"));
}

TEST_CASE("an answer that is nested too deep for JSON is no answer of a credentials service") {
  const std::string deep = std::string(2000, '[') + std::string(2000, ']');
  const auto failure = failure_in([&] { parse_credentials(deep, "The service"); });
  CHECK(failure.cause == Cause::bad_data);
  CHECK(contains(failure.what, "The service did not answer"));
}

TEST_CASE("the instance's role is asked for with a token of IMDSv2") {
  TcpServer server([](const ReceivedRequest& request, Connection& c) {
    const std::string roles = "/latest/meta-data/iam/security-credentials/";
    if (request.method == "PUT" && request.target == "/latest/api/token" &&
        request.headers.at("x-aws-ec2-metadata-token-ttl-seconds") == "21600")
      c.send(http_answer(200, "TOKEN"));
    else if (request.headers.contains("x-aws-ec2-metadata-token") &&
             request.headers.at("x-aws-ec2-metadata-token") == "TOKEN" && request.target == roles)
      c.send(http_answer(200, "my-role\n"));
    else if (request.target == roles + "my-role")
      c.send(http_answer(200, service_answer));
    else
      c.send(http_answer(401, ""));
  });
  const auto sources = sources_of({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url() + "/"}});
  const auto credentials = given(instance_credentials(sources, {}));
  CHECK(credentials.access_key_id == "AKID");
  CHECK(credentials.from_instance);
  CHECK(server.requests().size() == 3);
}

TEST_CASE("instance metadata that is off, without a role, or not there gives a reason") {
  CHECK(reason(instance_credentials(sources_of({{"AWS_EC2_METADATA_DISABLED", "TRUE"}}), {})) ==
        "AWS_EC2_METADATA_DISABLED is true");
  TcpServer server([](const ReceivedRequest& request, Connection& c) {
    c.send(request.method == "PUT" ? http_answer(200, "TOKEN") : http_answer(404, ""));
  });
  CHECK(reason(instance_credentials(sources_of({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url()}}), {})) ==
        "the instance has no role");
  const auto nobody = "http://127.0.0.1:" + std::to_string(unused_port());
  CHECK(contains(
      reason(instance_credentials(sources_of({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", nobody}}), {})), nobody));
}

TEST_CASE("the instance's metadata are asked for by IPv6 where the environment says so") {
  std::vector<std::string> asked;
  const HttpSend recording = [&](const HttpRequest& request, const Interrupt&) -> HttpResponse {
    asked.push_back(request.url);
    return {.status = 403, .headers = {}, .body = ""};
  };
  CHECK(contains(reason(instance_credentials(
                     sources_of({{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"}}, recording), {})),
                 "403"));
  CHECK(contains(reason(instance_credentials(sources_of({}, recording), {})), "403"));
  CHECK(asked == std::vector<std::string>{"http://[fd00:ec2::254]/latest/api/token",
                                          "http://169.254.169.254/latest/api/token"});
}

TEST_CASE("the environment comes before the profile, the profile before the container") {
  TcpServer server([](const ReceivedRequest&, Connection& c) { c.send(http_answer(200, service_answer)); });
  auto sources = sources_of({{"AWS_ACCESS_KEY_ID", "env"},
                             {"AWS_SECRET_ACCESS_KEY", "s"},
                             {"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url()}});
  sources.profile = {.name = "default",
                     .found = true,
                     .settings = {{"aws_access_key_id", "file"}, {"aws_secret_access_key", "s"}}};
  CHECK(find_credentials(sources).access_key_id == "env");
  sources.env.erase("AWS_ACCESS_KEY_ID");
  sources.env.erase("AWS_SECRET_ACCESS_KEY");
  CHECK(find_credentials(sources).access_key_id == "file");
  sources.profile = {};
  CHECK(find_credentials(sources).access_key_id == "AKID");
}

TEST_CASE("where no provider has credentials the error lists each, with its reason") {
  auto sources = sources_of({{"AWS_EC2_METADATA_DISABLED", "true"}});
  sources.profile = load_profile({{"HOME", "/nonexistent"}});
  const auto failure = failure_in([&] { find_credentials(sources); });
  CHECK(failure.cause == Cause::denied);
  for (const char* part :
       {"environment: AWS_ACCESS_KEY_ID", "web identity: AWS_WEB", "shared files: no profile",
        "container: neither", "instance metadata: AWS_EC2_METADATA_DISABLED"})
    CHECK(contains(failure.what, part));
}

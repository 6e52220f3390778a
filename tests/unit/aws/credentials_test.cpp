#include "sm_train/aws/credentials.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "support/interrupter.hpp"
#include "support/tcp_server.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using test::Connection;
using test::http_answer;
using test::ReceivedRequest;
using test::TcpServer;
using test::write_in;

namespace {

const std::string service_answer =
    R"({"AccessKeyId": "AKID", "SecretAccessKey": "secret/+", "Token": "tok==", "Expiration": "2030-01-01T00:00:00Z"})";

Credentials given(const FoundCredentials& found) {
  if (const auto* none = std::get_if<NoCredentials>(&found)) FAIL("none: " << none->reason);
  return std::get<Credentials>(found);
}

std::string reason(const FoundCredentials& found) {
  REQUIRE(std::holds_alternative<NoCredentials>(found));
  return std::get<NoCredentials>(found).reason;
}

template <typename Step>
Failure failure_in(const Step& step) {
  try {
    step();
  } catch (const Error& error) {
    return error.failure();
  }
  FAIL("nothing was thrown");
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

CredentialSources sources_of(EnvVars env, HttpSend send = http_send) {
  return {.env = std::move(env), .send = std::move(send), .backoff = [](int) {
            return std::chrono::milliseconds(0);
          }};
}

// The link-local addresses of the services are not here: their requests go to a server that is.
HttpSend sent_to(const TcpServer& server, std::vector<HttpRequest>& requests) {
  return [&](const HttpRequest& request, const Interrupt& interrupt) {
    requests.push_back(request);
    auto moved = request;
    moved.url = server.url() + request.url.substr(request.url.find('/', std::string("http://").size()));
    return http_send(moved, interrupt);
  };
}

}  // namespace

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

TEST_CASE("web identity in the environment is said to be unsupported") {
  const auto failure = failure_in([] { environment_credentials({{"AWS_WEB_IDENTITY_TOKEN_FILE", "/x"}}); });
  CHECK(failure.cause == Cause::denied);
  CHECK(contains(failure.what, "not supported yet"));
}

TEST_CASE("a profile's keys in the credentials file win over those in the config file") {
  const TempDir dir;
  const EnvVars env = {
      {"AWS_PROFILE", "dev"},
      {"AWS_CONFIG_FILE",
       write_in(dir, "config",
                "# comment\n[default]\nregion = us-west-1\n\n[profile dev]\nRegion=eu-west-1\n"
                "aws_access_key_id = from-config\ns3 =\n  region = nested\n[profile other]\nregion = x\n")},
      {"AWS_SHARED_CREDENTIALS_FILE",
       write_in(dir, "credentials",
                "[default]\naws_access_key_id=no\n[dev]\naws_access_key_id = from-credentials\r\n"
                "aws_secret_access_key = a=b#c\naws_session_token = t\n")}};
  const auto profile = load_profile(env);
  CHECK(profile.setting("region") == "eu-west-1");
  const auto credentials = given(profile_credentials(profile));
  CHECK(credentials.access_key_id == "from-credentials");
  CHECK(credentials.secret_access_key == "a=b#c");
  CHECK(credentials.session_token == "t");
}

TEST_CASE("without AWS_PROFILE the default profile of ~/.aws is taken") {
  const TempDir home;
  std::filesystem::create_directory(home.path() / ".aws");
  write_in(home, ".aws/credentials", "[default]\naws_access_key_id = id\naws_secret_access_key = secret\n");
  CHECK(given(profile_credentials(load_profile({{"HOME", home.path().string()}}))).access_key_id == "id");
}

TEST_CASE("no files and no profile is no error, and the reason names the files") {
  const auto profile = load_profile({{"HOME", "/nonexistent"}});
  CHECK(reason(profile_credentials(profile)) ==
        "no profile \"default\" in /nonexistent/.aws/credentials or /nonexistent/.aws/config");
}

TEST_CASE("without HOME no file of the working directory is taken for the user's") {
  CHECK(load_profile({}).credentials_file == "~/.aws/credentials");
}

TEST_CASE("a profile that AWS_PROFILE names and no file holds is an error") {
  const auto failure = failure_in([] { load_profile({{"HOME", "/nonexistent"}, {"AWS_PROFILE", "prod"}}); });
  CHECK(failure.cause == Cause::bad_config);
  CHECK(contains(failure.what, "\"prod\""));
}

TEST_CASE("a line of the shared files that cannot be read is named by its number, and not quoted") {
  const TempDir dir;
  const auto file = write_in(dir, "credentials", "[default]\naws_secret_access_key: hidden\n");
  const auto failure = failure_in([&] { load_profile({{"AWS_SHARED_CREDENTIALS_FILE", file}}); });
  CHECK(failure.cause == Cause::bad_config);
  CHECK(contains(failure.what, file.native() + ", line 2"));
  CHECK_FALSE(contains(failure.what, "hidden"));
}

TEST_CASE("a profile with a role, a process or single sign-on is said to be unsupported") {
  for (const char* setting :
       {"role_arn", "web_identity_token_file", "credential_process", "sso_session", "sso_start_url"}) {
    const Profile profile = {.name = "p", .found = true, .settings = {{setting, "x"}}};
    const auto failure = failure_in([&] { profile_credentials(profile); });
    CHECK(failure.cause == Cause::denied);
    CHECK(contains(failure.what, setting));
    CHECK(contains(failure.what, "not supported yet"));
  }
}

TEST_CASE("static keys beside a credential_process are taken, as the SDKs do") {
  const Profile profile = {
      .name = "p",
      .found = true,
      .settings = {{"credential_process", "x"}, {"aws_access_key_id", "id"}, {"aws_secret_access_key", "s"}}};
  CHECK(given(profile_credentials(profile)).access_key_id == "id");
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
  env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = write_in(dir, "token", "Basic file\n");
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
  std::string answer = http_answer(403, "forbidden");
  TcpServer server([&](const ReceivedRequest&, Connection& c) { c.send(answer); });
  const auto sources = sources_of({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url()}});
  const auto refused = failure_in([&] { container_credentials(sources, {}); });
  CHECK(refused.cause == Cause::denied);
  CHECK(contains(refused.what, "403"));
  answer = http_answer(200, R"({"SecretAccessKey": "hidden"})");
  const auto odd = failure_in([&] { container_credentials(sources, {}); });
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
  CHECK(given(instance_credentials(sources, {})).access_key_id == "AKID");
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
  const auto nobody = "http://127.0.0.1:" + std::to_string(test::unused_port());
  CHECK(contains(
      reason(instance_credentials(sources_of({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", nobody}}), {})), nobody));
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
  for (const char* part : {"environment: AWS_ACCESS_KEY_ID", "shared files: no profile", "container: neither",
                           "instance metadata: AWS_EC2_METADATA_DISABLED"})
    CHECK(contains(failure.what, part));
}

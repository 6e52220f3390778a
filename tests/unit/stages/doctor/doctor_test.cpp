#include "sm_train/stages/doctor/doctor.hpp"

#include <algorithm>
#include <filesystem>

#include "aws/credential_support.hpp"
#include "sm_train/stages/doctor/aws.hpp"
#include "sm_train/stages/doctor/channels.hpp"
#include "sm_train/stages/doctor/hosts.hpp"
#include "sm_train/stages/doctor/python.hpp"
#include "sm_train/system/event.hpp"
#include "sm_train/system/log.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

/// A job that has all that it needs, and asks nobody.
struct MockJob {
  TempDir directory;
  Options options = {
      .paths = {.root = directory.path()},
      .environment = {
          {"PATH", "/usr/bin:/bin"}, {"AWS_EC2_METADATA_DISABLED", "true"}, {"HOME", directory.path()}}};

  MockJob() {
    set_log_level(static_cast<int>(LogLevel::error));
    write(directory, "input/config/hyperparameters.json",
          R"({"sagemaker_program": "train.sh", "epochs": 3})");
    write(directory, "input/config/resourceconfig.json",
          R"({"current_host": "algo-1", "hosts": ["algo-1"]})");
    write(directory, "input/config/inputdataconfig.json", "{}");
    write(directory, "code/train.sh", "#!/bin/sh\n");
  }
  ~MockJob() { set_log_level(static_cast<int>(LogLevel::info)); }
  MockJob(const MockJob&) = delete;
  MockJob& operator=(const MockJob&) = delete;
  MockJob(MockJob&&) = delete;
  MockJob& operator=(MockJob&&) = delete;

  Finding find(const std::string& name) const {
    const auto findings = examine(options);
    const auto found = std::ranges::find(findings, name, &Finding::name);
    REQUIRE(found != findings.end());
    return *found;
  }
};

}  // namespace

TEST_CASE("a job that has what it needs passes, without credentials and without a network") {
  const MockJob mock;
  const auto findings = examine(mock.options);
  for (const Finding& finding : findings) {
    INFO(finding.name << ": " << finding.what);
    CHECK(finding.verdict != Verdict::failed);
    CHECK_FALSE(finding.what.empty());
    if (finding.verdict == Verdict::passed) CHECK(finding.remedy.empty());
  }
  CHECK_FALSE(has_failed(findings));
  CHECK(contains(mock.find("program").what, "`./train.sh` would run"));
  CHECK(mock.find("code-in-s3").verdict == Verdict::skipped);
  CHECK(mock.find("credentials").verdict == Verdict::skipped);
  CHECK(mock.find("hosts").verdict == Verdict::skipped);
}

TEST_CASE("a config that cannot be read fails by its file and key, and the others are checked all the same") {
  const MockJob mock;
  write(mock.directory, "input/config/resourceconfig.json", R"({"current_host": "algo-1", "hosts": 7})");
  const Finding finding = mock.find("resourceconfig");
  CHECK(finding.verdict == Verdict::failed);
  CHECK(contains(finding.what, "resourceconfig.json"));
  CHECK(contains(finding.what, "hosts"));
  CHECK(mock.find("hyperparameters").verdict == Verdict::passed);
  CHECK(mock.find("job").verdict == Verdict::skipped);
  CHECK(mock.find("program").verdict == Verdict::skipped);
  CHECK(mock.find("memory").verdict != Verdict::skipped);
}

TEST_CASE("a config that is missing is a warning, as for the job") {
  const MockJob mock;
  fs::remove(mock.options.paths.input_data_config());
  CHECK(mock.find("inputdataconfig").verdict == Verdict::warning);
  CHECK_FALSE(has_failed(examine(mock.options)));
}

TEST_CASE("where a base path has no job the image is examined, and nothing else fails for want of one") {
  MockJob mock;
  const TempDir empty;
  mock.options.paths.root = empty.path() / "ml";
  const auto findings = examine(mock.options);
  CHECK(std::ranges::count(findings, Verdict::failed, &Finding::verdict) == 1);
  const Finding job = mock.find("job");
  CHECK(job.verdict == Verdict::failed);
  CHECK(contains(job.remedy, "sm-train init DIR"));
  CHECK(mock.find("program").verdict == Verdict::skipped);
  CHECK(mock.find("interpreter").verdict != Verdict::skipped);
  CHECK_FALSE(fs::exists(mock.options.paths.root));
}

TEST_CASE("a program that is not there fails with what may have been meant") {
  MockJob mock;
  mock.options.program = "trian.sh";
  const Finding finding = mock.find("program");
  CHECK(finding.verdict == Verdict::failed);
  CHECK(contains(finding.what, "Did you mean train.sh?"));
}

TEST_CASE("an interpreter that is chosen and not there fails, and one that cannot run does too") {
  MockJob mock;
  mock.options.python = "/nonexistent/python";
  CHECK(mock.find("interpreter").verdict == Verdict::failed);
  const std::string broken = write(mock.directory, "python", "#!/bin/sh\nexit 7\n");
  fs::permissions(broken, fs::perms::owner_all);
  mock.options.python = broken;
  CHECK(contains(mock.find("interpreter").what, "ends with exit code 7"));
}

TEST_CASE("an interpreter is missing only where the program needs one") {
  MockJob mock;
  CHECK(check_interpreter({}, PythonNeed::none, {}, {}).verdict == Verdict::skipped);
  CHECK(check_interpreter({}, PythonNeed::unknown, {}, {}).verdict == Verdict::warning);
  CHECK(check_interpreter({}, PythonNeed::needed, {}, {}).verdict == Verdict::failed);
}

TEST_CASE("what would be installed is told, and nothing is installed") {
  const MockJob mock;
  CHECK(contains(mock.find("installation").what, "Nothing is to be installed"));
  write(mock.directory, "code/requirements.txt", "no-such-package-of-anybody>=7\n");
  const auto before = fs::last_write_time(mock.options.paths.code());
  CHECK(contains(mock.find("installation").what, "requirements.txt would be installed by"));
  CHECK(fs::last_write_time(mock.options.paths.code()) == before);
}

TEST_CASE("secrets of the environment and of the hyperparameters are masked") {
  MockJob mock;
  write(mock.directory, "input/config/hyperparameters.json",
        R"({"sagemaker_program": "hyper5ecret.sh", "api_key": "hyper5ecret"})");
  mock.options.environment["DB_PASSWORD"] = "variable5ecret";
  mock.options.environment["AWS_CA_BUNDLE"] = "/nonexistent/variable5ecret";
  for (const Finding& finding : examine(mock.options))
    CHECK_FALSE(contains(finding.what + finding.remedy, "5ecret"));
}

TEST_CASE("a signal ends the examination") {
  const MockJob mock;
  Event come;
  come.set();
  const Interrupt interrupt = {
      .fd = come.fd(),
      .check = [] { throw Error({.cause = Cause::terminated, .what = "SIGTERM came.", .remedy = ""}); }};
  CHECK_THROWS_WITH(examine(mock.options, interrupt), Catch::Contains("SIGTERM came"));
}

TEST_CASE("channels must have their directories, and should have files in them") {
  const TempDir directory;
  const Paths paths = {.root = directory.path()};
  Dict config;
  CHECK(check_channels(config, paths).verdict == Verdict::skipped);
  Dict pipe;
  pipe.set("TrainingInputMode", "Pipe");
  config.set("stream", pipe);
  config.set("training", Dict());
  CHECK(check_channels(config, paths).verdict == Verdict::failed);
  CHECK_FALSE(contains(check_channels(config, paths).what, "stream"));
  fs::create_directories(paths.channel("training"));
  CHECK(check_channels(config, paths).verdict == Verdict::warning);
  write(directory, "input/data/training/file", "");
  CHECK(check_channels(config, paths).verdict == Verdict::passed);
}

TEST_CASE("names of hosts must resolve, and those that do not are told") {
  ResourceConfig resources = {.current_host = "algo-1", .hosts = {"algo-1", "algo-2"}};
  CHECK(check_hosts(resources, {}, {}, [](const std::string&) { return true; }).verdict == Verdict::passed);
  const Finding finding =
      check_hosts(resources, {}, {}, [](const std::string& name) { return name != "algo-2"; });
  CHECK(finding.verdict == Verdict::failed);
  CHECK(contains(finding.what, "algo-2"));
  CHECK(check_hosts(resources, {{"SM_STUDIO_LOCAL_MODE", "true"}}, {}).verdict == Verdict::skipped);
}

TEST_CASE("where credentials come from is told, and of the key no more than its end") {
  using namespace std::chrono_literals;
  const auto now = std::chrono::system_clock::now();
  ProvidedCredentials provided = {.provider = "container",
                                  .credentials = {.access_key_id = "ASIAIOSFODNN7EXAMPLE",
                                                  .secret_access_key = "hidden",
                                                  .session_token = "hidden",
                                                  .expires = now + 59min}};
  CHECK(check_credentials(provided, now).what ==
        "The key ...MPLE comes from: container. It is good for 59 min more.");
  provided.credentials.expires = now - 3h;
  const Finding expired = check_credentials(provided, now);
  CHECK(expired.verdict == Verdict::failed);
  CHECK(contains(expired.what, "expired 3 h ago"));
  provided.credentials = {.access_key_id = "short:id", .secret_access_key = "hidden", .session_token = ""};
  CHECK(check_credentials(provided, now).what == "The key comes from: container.");
}

TEST_CASE("that STS does not take the credentials is a fault only where the job needs them") {
  const TcpServer sts([](const ReceivedRequest&, Connection& c) { c.send(http_answer(403, "")); });
  const CredentialSources sources =
      hurried_sources({{"AWS_ENDPOINT_URL_STS", sts.url()}, {"HOME", "/nonexistent"}});
  const Credentials credentials = {.access_key_id = "id", .secret_access_key = "secret", .session_token = ""};
  CHECK(check_identity(sources, credentials, true, {}).verdict == Verdict::failed);
  CHECK(check_identity(sources, credentials, false, {}).verdict == Verdict::warning);
}

TEST_CASE("that STS does not answer is no fault: a network may have a way to S3 alone") {
  const CredentialSources sources =
      hurried_sources({{"AWS_ENDPOINT_URL_STS", "http://127.0.0.1:" + std::to_string(unused_port())},
                       {"HOME", "/nonexistent"}});
  const Credentials credentials = {.access_key_id = "id", .secret_access_key = "secret", .session_token = ""};
  CHECK(check_identity(sources, credentials, true, {}).verdict == Verdict::warning);
  CHECK(check_identity(sources, credentials, false, {}).verdict == Verdict::skipped);
}

TEST_CASE("the keys of another S3 are not shown to AWS's STS") {
  CredentialSources sources =
      hurried_sources({{"AWS_ENDPOINT_URL_S3", "https://minio.example"}, {"HOME", "/nonexistent"}});
  sources.send = [](const HttpRequest&, const Interrupt&) -> HttpResponse {
    throw std::logic_error("asked");
  };
  CHECK(check_identity(sources, {}, true, {}).verdict == Verdict::skipped);
}

TEST_CASE("a prefix that no object has, and an object that is not there, are told by their URI") {
  Options options;
  const auto with = [&](const TcpServer& s3) {
    options.environment = {{"AWS_ACCESS_KEY_ID", "id"},
                           {"AWS_SECRET_ACCESS_KEY", "secret"},
                           {"AWS_ENDPOINT_URL_S3", s3.url()},
                           {"HOME", "/nonexistent"}};
  };
  const TcpServer empty([](const ReceivedRequest&, Connection& c) {
    c.send(http_answer(200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"));
  });
  with(empty);
  const Finding prefix = check_code_in_s3("s3://bucket/code/", options, {});
  CHECK(prefix.verdict == Verdict::failed);
  CHECK(contains(prefix.what, "s3://bucket/code/"));
  CHECK(contains(empty.requests().at(0).target, "max-keys=1"));

  const TcpServer none([](const ReceivedRequest&, Connection& c) {
    c.send(http_answer(404, "<Error><Code>NoSuchKey</Code><Message>No</Message></Error>"));
  });
  with(none);
  const Failure failure = failure_in([&] { check_code_in_s3("s3://bucket/key", options, {}); });
  CHECK(contains(failure.what, "s3://bucket/key: the bucket has no object of this key"));

  const TcpServer busy([](const ReceivedRequest&, Connection& c) { c.send(http_answer(503, "")); });
  with(busy);
  CHECK(failure_in([&] { check_code_in_s3("s3://bucket/key", options, {}); }).cause == Cause::unavailable);
  CHECK(busy.requests().size() == 1);
}

#include "sm_train/aws/credentials_process.hpp"

#include "aws/credential_support.hpp"
#include "sm_train/aws/timestamp.hpp"
#include "support/interrupter.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

const EnvVars env = {{"PATH", "/usr/bin:/bin"}};

Profile profile_running(const std::string& command) {
  return {.name = "p", .found = true, .settings = {{"credential_process", command}}};
}

Failure failure_of(const std::string& command) {
  return failure_in([&] { process_credentials(env, profile_running(command), {}); });
}

}  // namespace

TEST_CASE("a process prints the credentials, and its words are split without a shell") {
  const auto credentials = process_credentials(
      env,
      profile_running(
          R"(printf '{"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "s", "SessionToken": "t",)"
          R"( "Expiration": "2030-01-01T00:00:00+00:00"}' "$HOME;a b")"),
      {});
  CHECK(credentials.access_key_id == "$HOME;a b");
  CHECK(credentials.secret_access_key == "s");
  CHECK(credentials.session_token == "t");
  CHECK(credentials.expires == parse_timestamp("2030-01-01T00:00:00Z"));
}

TEST_CASE("a process that fails is an error that quotes neither its arguments nor what it said") {
  const TempDir dir;
  const auto script = write(dir, "script", "echo hidden >&2; echo hidden; exit 3");
  const auto failure = failure_of("sh " + script + " --password hidden");
  CHECK(failure.cause == Cause::denied);
  CHECK(contains(failure.what, "\"p\" (sh) ended with exit code 3"));
  CHECK_FALSE(contains(failure.what + failure.remedy, "hidden"));
}

TEST_CASE("a process that cannot be started, or whose command line is none, is an error") {
  CHECK(failure_of("/nonexistent/tool get").cause == Cause::not_found);
  CHECK(failure_of("tool 'open").cause == Cause::bad_config);
  CHECK(failure_of("''").cause == Cause::not_found);
}

TEST_CASE("what a process prints must be JSON of version 1 with both keys") {
  const auto printed = GENERATE(as<std::string>(), "hidden", "[]", "{}", std::string(1000, '['),
                                R"({"Version": 2, "AccessKeyId": "a", "SecretAccessKey": "hidden"})",
                                R"({"AccessKeyId": "a", "SecretAccessKey": "hidden"})",
                                R"({"Version": 1, "SecretAccessKey": "hidden"})");
  const auto failure = failure_of("printf '" + printed + "'");
  CHECK(failure.cause == Cause::bad_data);
  CHECK(contains(failure.what, "Version of 1"));
  CHECK_FALSE(contains(failure.what + failure.remedy, "hidden"));
}

TEST_CASE("an interrupt ends a process that hangs") {
  const Interrupter interrupter;
  interrupter.raise();
  CHECK_THROWS_AS(process_credentials(env, profile_running("sleep 60"), interrupter.interrupt()),
                  Interrupted);
}

#include "sm_train/aws/credentials_process.hpp"

#include <chrono>

#include <fmt/core.h>

#include "sm_train/aws/credentials_answer.hpp"
#include "sm_train/aws/json_answer.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/shell_words.hpp"
#include "sm_train/system/capture.hpp"

namespace sm_train {

namespace {

constexpr std::chrono::seconds limit(60);
constexpr const char* setting = "credential_process";

[[noreturn]] void throw_failure(Cause cause, const Profile& profile, const std::string& problem) {
  throw Error({.cause = cause,
               .what = fmt::format("{} of the profile \"{}\" {}.", setting, profile.name, problem),
               .remedy = fmt::format("Run it by hand to see what it says, and correct {} in {}.", setting,
                                     profile.config_file.string())});
}

std::vector<std::string> words_of(const Profile& profile) {
  auto words = split_shell_words(profile.setting(setting));
  if (!words || words->empty())
    throw_failure(Cause::bad_config, profile, "is no command line: a quote is not closed");
  return *std::move(words);
}

Credentials read_answer(const std::string& output, const Profile& profile, const std::string& program) {
  const auto answer = read_json_answer(output, fmt::format("The output of {}", program));
  const Dict* object = answer ? answer->dict() : nullptr;
  const Value* version = object == nullptr ? nullptr : object->find("Version");
  const bool is_readable = version != nullptr && *version == Value(1);
  auto found = is_readable ? credentials_in(*object, "SessionToken") : std::nullopt;
  if (found) return *std::move(found);
  throw_failure(Cause::bad_data, profile,
                fmt::format("({}) does not print a JSON object with a Version of 1, AccessKeyId and "
                            "SecretAccessKey",
                            program));
}

}  // namespace

Credentials process_credentials(const EnvVars& env, const Profile& profile, const Interrupt& interrupt) {
  const Command command = {.argv = words_of(profile), .env = env, .cwd = {}};
  const auto& program = command.argv.front();
  const auto end = run_captured(command, limit, interrupt);
  if (end.timed_out)
    throw_failure(Cause::unavailable, profile,
                  fmt::format("({}) did not end within {} s", program, limit.count()));
  if (end.exit_code != 0)
    throw_failure(Cause::denied, profile,
                  fmt::format("({}) ended with exit code {}", program, end.exit_code));
  return read_answer(end.output, profile, program);
}

}  // namespace sm_train

#include "sm_train/python/interpreter.hpp"

#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/python/scripts.hpp"
#include "sm_train/system/capture.hpp"
#include "sm_train/system/executable.hpp"
#include "sm_train/system/json.hpp"
#include "sm_train/system/process_env.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr std::chrono::seconds limit{60};

bool is_true_in(const Dict& answer, std::string_view name) {
  const Value* value = answer.find(name);
  return value != nullptr && is_true(*value);
}

std::vector<std::string> texts_in(const Dict& answer, std::string_view name) {
  std::vector<std::string> texts;
  const Value* value = answer.find(name);
  if (value == nullptr || value->list() == nullptr) return texts;
  for (const Value& each : *value->list())
    if (each.text() != nullptr) texts.push_back(*each.text());
  return texts;
}

/// The last line: whatever starts with an interpreter may print as well.
std::optional<Dict> parse_answer(std::string_view text) try {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const auto answer = try_parse_json(text.substr(text.rfind('\n') + 1), "the interpreter's answer");
  if (!answer || answer->dict() == nullptr) return std::nullopt;
  return *answer->dict();
} catch (const Error&) {
  return std::nullopt;
}

}  // namespace

Interpreter find_python(const std::string& chosen, const EnvVars& env) {
  Interpreter result{
      .looked_for =
          "VIRTUAL_ENV, CONDA_PREFIX, and python3 and python on PATH and in /usr/local/bin and /usr/bin"};
  if (!chosen.empty()) {
    const auto found = chosen.find('/') == std::string::npos ? find_executable(chosen, env)
                                                             : std::optional(fs::path(chosen));
    if (!found || !is_executable(*found))
      throw Error(
          {.cause = Cause::not_found,
           .what = fmt::format("The Python interpreter {} is not there, or cannot be executed.", chosen),
           .remedy = "Correct --python or SM_TRAIN_PYTHON, or leave it out to have one found."});
    result.path = fs::absolute(*found);
    return result;
  }
  for (const char* prefix : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    const fs::path python = fs::path(env_var(env, prefix)) / "bin/python";
    if (python.is_absolute() && is_executable(python)) {
      result.path = python;
      return result;
    }
  }
  // A PATH that a job's own settings have cut down still finds the image's interpreter.
  const EnvVars usual = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
  for (const auto& places : {env, usual}) {
    for (const char* name : {"python3", "python"}) {
      if (const auto found = find_executable(name, places)) {
        result.path = fs::absolute(*found);
        return result;
      }
    }
  }
  return result;
}

bool has_module(const std::string& python, const std::string& module, const EnvVars& env,
                const Interrupt& interrupt) {
  const Command command = {.argv = {python, "-c",
                                    "import importlib.util, sys\n"
                                    "sys.exit(importlib.util.find_spec(sys.argv[1]) is None)",
                                    module},
                           .env = env,
                           .cwd = {}};
  return capture_output(command, limit, interrupt).has_value();
}

InterpreterState look_at_interpreter(const std::string& python, const fs::path& requirements,
                                     const fs::path& prefix, const EnvVars& env, const fs::path& cwd,
                                     const Interrupt& interrupt) {
  const Command command = {
      .argv = {python, "-B", "-c", std::string(look_at_interpreter_script), requirements, prefix},
      .env = env,
      .cwd = cwd};
  const auto text = capture_output(command, limit, interrupt);
  const auto answer = text ? parse_answer(*text) : std::nullopt;
  if (!answer) return {};
  return {.requirements_are_satisfied = is_true_in(*answer, "requirements_are_satisfied"),
          .has_pip = is_true_in(*answer, "has_pip"),
          .is_externally_managed = is_true_in(*answer, "is_externally_managed"),
          .is_virtual = is_true_in(*answer, "is_virtual"),
          .is_site_writable = is_true_in(*answer, "is_site_writable"),
          .is_user_site_writable = is_true_in(*answer, "is_user_site_writable"),
          .pip_config_files = texts_in(*answer, "pip_config_files"),
          .module_directories = texts_in(*answer, "module_directories"),
          .script_directories = texts_in(*answer, "script_directories")};
}

}  // namespace sm_train

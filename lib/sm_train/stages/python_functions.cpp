#include "sm_train/stages/python_functions.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/python/interpreter.hpp"
#include "sm_train/python/package.hpp"
#include "sm_train/system/capture.hpp"
#include "sm_train/system/json.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

// An import may load whole frameworks.
constexpr std::chrono::minutes import_limit{10};

EnvVars env_with_package(EnvVars env, const fs::path& directory, const fs::path& package) {
  const std::string inherited = env["PYTHONPATH"];
  env["PYTHONPATH"] =
      fmt::format("{}:{}{}{}", directory.native(), inherited, inherited.empty() ? "" : ":", package.native());
  return env;
}

/// The last line, as whatever is imported may print.
std::optional<Dict> last_line_of(std::string_view output) {
  while (output.ends_with('\n')) output.remove_suffix(1);
  const auto answer = try_parse_json(output.substr(output.rfind('\n') + 1), "the interpreter's answer");
  return answer && answer->dict() ? std::optional(*answer->dict()) : std::nullopt;
}

std::string text_in(const Dict& answer, std::string_view name) {
  const Value* value = answer.find(name);
  return value != nullptr && value->text() != nullptr ? *value->text() : "";
}

void require_imported(const PythonModule& module, const Dict& answer) {
  const std::string error = text_in(answer, "error");
  if (error.empty()) return;
  throw Error({.cause = Cause::bad_data,
               .what = fmt::format("The module {} in {} cannot be imported: {}\n{}", module.name,
                                   module.directory.native(), error, text_in(answer, "traceback")),
               .remedy = "Correct the module, or install what it imports."});
}

Dict ask(const PythonModule& module, std::vector<std::string> about, const Interrupt& interrupt) {
  const TempDir package;
  write_python_package(package.path());
  about.insert(about.begin(), {module.python, "-m", "sm_train_inspect"});
  const auto end = run_captured({.argv = std::move(about),
                                 .env = env_with_package(module.env, module.directory, package.path()),
                                 .cwd = module.directory},
                                import_limit, interrupt);
  if (auto answer = last_line_of(end.output)) {
    require_imported(module, *answer);
    return std::move(*answer);
  }
  throw Error({.cause = Cause::bad_data,
               .what = fmt::format("The interpreter {} did not tell of the module {}: it {}.", module.python,
                                   module.name,
                                   end.timed_out ? "took more than ten minutes, and was killed"
                                                 : fmt::format("ended with {}", end.exit_code)),
               .remedy = "Import the module with that interpreter by hand."});
}

std::vector<std::string> texts(const Value* list) {
  std::vector<std::string> result;
  if (list == nullptr || list->list() == nullptr) return result;
  for (const Value& each : *list->list())
    if (each.text() != nullptr) result.push_back(*each.text());
  return result;
}

}  // namespace

PythonModule import_module(const std::string& name, const fs::path& directory, const PythonOptions& options) {
  PythonModule module = {.name = name,
                         .directory = directory,
                         .python = require_python(find_python(options.python, options.env)),
                         .env = options.env,
                         .functions = {}};
  const Dict answer = ask(module, {name}, options.interrupt);
  module.functions = texts(answer.find("functions"));
  return module;
}

PythonModule import_module_from_s3(const std::string& uri, const std::string& module_name,
                                   const PythonOptions& options, const FetchOptions& fetch) {
  auto fetched = std::make_shared<const TempDir>();
  const fs::path code = fetched->path() / "code";
  fetch_code(uri, code, fetch, options.interrupt);
  PythonModule module = import_module(module_name, code, options);
  module.fetched = std::move(fetched);
  return module;
}

FnSignature fn_signature(const PythonModule& module, const std::string& function,
                         const Interrupt& interrupt) {
  const Dict answer = ask(module, {module.name, function}, interrupt);
  const Value* signature = answer.find("signature");
  if (signature == nullptr || signature->dict() == nullptr)
    throw Error({.cause = Cause::not_found,
                 .what = fmt::format("{}.", text_in(answer, "no_function")),
                 .remedy = "Name a function that the module has."});
  const Value* takes_all = signature->dict()->find("takes_all");
  return {.names = texts(signature->dict()->find("names")),
          .required = texts(signature->dict()->find("required")),
          .takes_all = takes_all != nullptr && is_true(*takes_all)};
}

Outcome invoke_fn(const PythonModule& module, const std::string& function, const Dict& values,
                  Signals& signals, const LaunchOptions& options) {
  const TempDir package;
  write_python_package(package.path());
  const fs::path file = package.path() / "values.json";
  // A hyperparameter may be a secret.
  write_file_atomically(file, python_json_in_order(values), 0600);
  EnvVars env = env_with_package(module.env, module.directory, package.path());
  env["SM_TRAIN_VALUES_FILE"] = file;
  return launch({.argv = {module.python, "-m", "sm_train_function", module.name + ":" + function},
                 .env = std::move(env),
                 .cwd = module.directory},
                signals, options);
}

Outcome training_from_fn(const std::string& uri, const Dict& hyperparameters, const std::string& module_name,
                         Signals& signals, PythonOptions options, const FetchOptions& fetch) {
  options.interrupt = signals.interrupt_of("while fetching the code, before the function was called");
  const PythonModule module = import_module_from_s3(uri, module_name, options, fetch);
  Dict values = hyperparameters;
  values.set("hyperparameters", hyperparameters);
  return invoke_fn(module, "train", values, signals);
}

}  // namespace sm_train

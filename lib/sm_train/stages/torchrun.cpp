#include "sm_train/stages/torchrun.hpp"

#include <filesystem>
#include <optional>
#include <system_error>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/value.hpp"
#include "sm_train/distributed/rank_end.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/stages/scratch.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/json.hpp"

namespace sm_train {

namespace {

constexpr const char* error_file_variable = "TORCHELASTIC_ERROR_FILE";

const Value* found_in(const Value* value, const char* key) {
  return value != nullptr && value->dict() ? value->dict()->find(key) : nullptr;
}

/// {"message": {"message": "ValueError: ...", "extraInfo": {"py_callstack": "Traceback ..."}}}; empty for any
/// other.
std::string traceback_in(const std::filesystem::path& error_file) try {
  std::error_code error;
  if (!std::filesystem::is_regular_file(error_file, error)) return "";
  const auto value = try_parse_json(read_file(error_file), error_file.native());
  const Value* extra = found_in(found_in(value ? &*value : nullptr, "message"), "extraInfo");
  const Value* traceback = found_in(extra, "py_callstack");
  return traceback != nullptr && traceback->text() ? *traceback->text() : "";
} catch (const Error&) {
  return "";
}

}  // namespace

Outcome run_torchrun(Command command, const std::string& host, const Options& options, Signals& signals) {
  std::optional<TempDir> directory;
  if (!command.env.contains(error_file_variable)) {
    directory = make_scratch("sm-train-torchrun-", options.environment, options.paths.root);
    if (directory) command.env[error_file_variable] = directory->path() / "error.json";
  }
  Outcome outcome = launch(command, signals, {.grace = options.grace_period});
  if (succeeded(outcome)) return outcome;
  if (const auto end = find_rank_end_of_torchrun(outcome.stderr_tail)) {
    outcome.end = end->end;
    outcome.detail = described(*end, [&](int) { return host; });
  }
  // What came last of the program's own words may be far behind it, or lost in those of other ranks.
  if (const auto file = command.env.find(error_file_variable); file != command.env.end())
    if (const std::string traceback = traceback_in(file->second); !traceback.empty())
      outcome.stderr_tail += "\n" + traceback;
  return outcome;
}

}  // namespace sm_train

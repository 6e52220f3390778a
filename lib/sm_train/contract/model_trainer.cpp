#include "sm_train/contract/model_trainer.hpp"

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/shell_words.hpp"

namespace sm_train {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& where, const std::string& expected,
                         const Value& found) {
  throw Error(
      {.cause = Cause::bad_config,
       .what = fmt::format("{}: {} must be {}, found {}.", path, where, expected, type_name(found)),
       .remedy = "Correct the file, or start the job with the SageMaker Python SDK, which writes it."});
}

/// Python's `json.load(file) or {}`.
Dict object_of(const Value& file, const std::string& path) {
  if (file.is_null()) return {};
  if (file.dict() == nullptr) refuse(path, "the file", "an object", file);
  return *file.dict();
}

/// The value of a key that may be missing; a null counts as missing.
const Value* find_set(const Dict& dict, const std::string& key) {
  const Value* value = dict.find(key);
  return value != nullptr && !value->is_null() ? value : nullptr;
}

std::optional<std::string> text_of(const Dict& dict, const std::string& key, const std::string& path) {
  const Value* value = find_set(dict, key);
  if (value == nullptr) return std::nullopt;
  if (value->text() == nullptr) refuse(path, fmt::format("key \"{}\"", key), "a string", *value);
  return value->text()->empty() ? std::nullopt : std::optional(*value->text());
}

constexpr const char* count_key = "process_count_per_node";
constexpr const char* mpi_options_key = "mpi_additional_options";

/// Null where the engine is to find it out; the SDK's own launcher takes 0 for that too.
Value process_count(const Dict& dict, const std::string& path) {
  const Value* value = find_set(dict, count_key);
  if (value == nullptr) return {};
  const auto* count = std::get_if<Integer>(&value->data());
  if (count == nullptr || count->digits.starts_with('-'))
    refuse(path, fmt::format("key \"{}\"", count_key), "a whole number from 1 on, or null", *value);
  return count->digits == "0" ? Value() : *value;
}

/// The list's items, each of which is one word to mpirun, as one text.
Value mpi_options(const Dict& dict, const std::string& path) {
  const Value* value = find_set(dict, mpi_options_key);
  if (value == nullptr) return {};
  const std::string where = fmt::format("key \"{}\"", mpi_options_key);
  if (value->list() == nullptr) refuse(path, where, "a list of strings", *value);
  std::string words;
  for (const Value& word : *value->list()) {
    if (word.text() == nullptr) refuse(path, where, "a list of strings, and an item of it", word);
    words += (words.empty() ? "" : " ") + shell_word(*word.text());
  }
  return words.empty() ? Value() : Value(words);
}

}  // namespace

SourceCode read_source_code(const Value& file, const std::string& path) {
  const Dict dict = object_of(file, path);
  return {.source_dir = text_of(dict, "source_dir", path),
          .entry_script = text_of(dict, "entry_script", path),
          .requirements = text_of(dict, "requirements", path),
          .command = text_of(dict, "command", path)};
}

Dict read_distributed(const Value& file, const std::string& path) {
  const Dict dict = object_of(file, path);
  if (dict.empty()) return {};
  // Some versions of the SDK leave nulls out, and then just this tells one engine from the other.
  const std::string type = text_of(dict, "_type", path).value_or("");
  if (type == "mpi" || dict.find(mpi_options_key) != nullptr)
    return Dict({{"sagemaker_mpi_enabled", true},
                 {"sagemaker_mpi_num_of_processes_per_host", process_count(dict, path)},
                 {"sagemaker_mpi_custom_mpi_options", mpi_options(dict, path)}});
  if (type == "torchrun" || dict.find(count_key) != nullptr)
    return Dict({{"sagemaker_torch_distributed_enabled", true},
                 {"sagemaker_torch_distributed_num_of_processes_per_host", process_count(dict, path)}});
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("{} is the configuration of neither MPI nor Torchrun.", path),
               .remedy = "Give ModelTrainer one of these as its distributed argument."});
}

}  // namespace sm_train

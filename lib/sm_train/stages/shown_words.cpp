#include "sm_train/stages/shown_words.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/command_line.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/masked_value.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/system/json.hpp"

namespace sm_train {

namespace {

/// Nothing for what is no list and no object.
std::optional<Value> parsed(const std::string& name, const std::string& text) try {
  if (!text.starts_with('{') && !text.starts_with('[')) return std::nullopt;
  return try_parse_json(text, name);
} catch (const Error&) {
  return std::nullopt;  // nested too deep
}

}  // namespace

ShownWords::ShownWords(Show show, std::string_view separator)
    : show_(std::move(show)), separator_(separator) {}

std::string ShownWords::of(const std::vector<std::string>& argv) {
  shown_.resize(argv.size());
  for (std::size_t i = 0; i < argv.size(); ++i)
    if (!is_shown(argv, i)) shown_[i] = show_(i == 0 ? "" : argv[i - 1], argv[i]);
  last_ = argv;
  return fmt::format("{}", fmt::join(shown_, separator_));
}

bool ShownWords::is_shown(std::span<const std::string> argv, std::size_t at) const {
  // What stands before a word tells whether it is a secret.
  return at < last_.size() && last_[at] == argv[at] && (at == 0 || last_[at - 1] == argv[at - 1]);
}

std::string shown_value(const std::string& name, const std::string& value, const Secrets& secrets) {
  if (const auto json = parsed(name, value)) return python_json(masked(*json, secrets, name));
  return is_secret(name, value) ? std::string(secret_mask) : shown_word("", value, secrets);
}

}  // namespace sm_train

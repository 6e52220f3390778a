#include "sm_train/contract/failure_report/option_hint.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "sm_train/contract/failure_report/refused_option.hpp"
#include "sm_train/contract/failure_report/text_lines.hpp"
#include "sm_train/contract/unicode.hpp"

namespace sm_train {

namespace {

constexpr std::size_t longest_name = 48;

std::string shown(const std::string& name) {
  return clip_utf8(name, longest_name);
}

/// "--batch-size" and "--batch-size=3" are of batch-size.
std::string_view name_of(std::string_view word) {
  word = word.substr(0, word.find('='));
  return word.substr(std::min(word.find_first_not_of('-'), word.size()));
}

bool is_same_name(std::string_view a, std::string_view b) {
  // click, and argparse's messages about positionals, write the one for the other.
  const auto folded = [](char c) { return c == '-' ? '_' : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return folded(x) == folded(y); });
}

const Dict::Item* find_hyperparameter(std::string_view name, const FailureClues& clues) {
  const auto found = std::find_if(clues.hyperparameters.begin(), clues.hyperparameters.end(),
                                  [&](const Dict::Item& item) { return is_same_name(item.first, name); });
  return found == clues.hyperparameters.end() ? nullptr : found;
}

const std::string* find_channel(std::string_view name, const FailureClues& clues) {
  const auto found = std::find_if(clues.channels.begin(), clues.channels.end(),
                                  [&](const std::string& channel) { return is_same_name(channel, name); });
  return found == clues.channels.end() ? nullptr : &*found;
}

bool is_boolean(const Value& value) {
  return std::holds_alternative<bool>(value.data());
}

std::string channel_hint(const std::string& channel) {
  return fmt::format(
      "{} is the channel \"{}\". Leave it out with --channel-args never (SM_TRAIN_CHANNEL_ARGS=never), as "
      "SM_CHANNEL_{} holds its directory too; or declare the option in the program.",
      shown(flag_of(channel)), shown(channel), shown(to_upper(channel)));
}

std::string unknown_hyperparameter_hint(const std::string& name) {
  const std::string flag = shown(flag_of(name));
  // Whoever declared --k wonders why that is not enough.
  const std::string how =
      flag.starts_with("--") ? "" : fmt::format(", passed as {} since its name is one character", flag);
  return fmt::format(
      "\"{}\" is a hyperparameter of the job{}. Declare the option {} in the program, or leave it out of the "
      "job's hyperparameters. SM_HP_{} holds its value too.",
      shown(name), how, flag, shown(to_upper(name)));
}

constexpr const char* boolean_hint =
    "A boolean hyperparameter is passed as \"--x True\". For an option that takes no value set --bool-style "
    "flag (SM_TRAIN_BOOL_STYLE=flag).";

/// Whether the parser missed a value, rather than refused the one that it found.
bool misses_value(std::string_view message) {
  constexpr std::array<std::string_view, 5> signs = {"expected one argument",
                                                     "expected at least one argument", "requires an argument",
                                                     "requires a value", "needs an argument"};
  return std::any_of(signs.begin(), signs.end(),
                     [&](std::string_view sign) { return message.find(sign) != std::string_view::npos; });
}

/// Where what Python prints stops being JSON; nothing where it is JSON.
std::optional<std::size_t> end_of_json(const Value& value) {
  const std::string printed = argument_text(value, ArgumentStyle::toolkit);
  const std::string json = argument_text(value, ArgumentStyle::json);
  if (printed == json) return std::nullopt;
  const auto differs = std::mismatch(printed.begin(), printed.end(), json.begin(), json.end());
  return differs.first - printed.begin();
}

std::string refused_value_hint(const Dict::Item& hyperparameter, const ArgumentOptions& arguments,
                               std::string_view message) {
  const auto& [key, value] = hyperparameter;
  const std::string name = shown(key);
  const bool is_nested = value.list() != nullptr || value.dict() != nullptr;
  if (value.is_null())
    return fmt::format(
        "The hyperparameter \"{}\" is null, which is passed as an empty argument. Leave it out of the job's "
        "hyperparameters.",
        name);
  if (is_boolean(value) && arguments.bool_style != BoolStyle::value)
    return fmt::format(
        "The hyperparameter \"{}\" is a boolean, passed without a value. For an option that takes one set "
        "--bool-style value (SM_TRAIN_BOOL_STYLE=value).",
        name);
  if (is_boolean(value))
    return fmt::format(
        "The hyperparameter \"{0}\" is a boolean, passed as \"{1} True\" or \"{1} False\". Let the option "
        "read these, or set --bool-style flag (SM_TRAIN_BOOL_STYLE=flag) where it takes no value.",
        name, shown(flag_of(key)));
  if (is_nested && arguments.style == ArgumentStyle::toolkit && end_of_json(value))
    return fmt::format(
        "The hyperparameter \"{}\" is passed as Python prints it. For an option that reads JSON set "
        "--argument-style json (SM_TRAIN_ARGUMENT_STYLE=json).",
        name);
  if (is_nested)
    return fmt::format(
        "The hyperparameter \"{}\" is passed as one argument, written as JSON. Let the option read that, or "
        "use SM_HP_{}.",
        name, shown(to_upper(key)));
  if (misses_value(message) && argument_text(value, arguments.style).starts_with('-'))
    return fmt::format(
        "The value of the hyperparameter \"{}\" begins with \"-\", which a parser may take for an option. "
        "SM_HP_{} holds it too.",
        name, shown(to_upper(key)));
  return fmt::format(
      "\"{}\" is a hyperparameter of the job. Change its value there, or what the option takes in the "
      "program.",
      name);
}

std::string unknown_option_hint(const RefusedOption& refused, const FailureClues& clues) {
  for (const std::string& word : refused.words) {
    const std::string_view name = name_of(word);
    if (const auto* hyperparameter = find_hyperparameter(name, clues))
      return unknown_hyperparameter_hint(hyperparameter->first);
    if (const auto* channel = find_channel(name, clues)) return channel_hint(*channel);
    const auto* negated = name.starts_with("no-") ? find_hyperparameter(name.substr(3), clues) : nullptr;
    if (negated != nullptr && is_boolean(negated->second))
      return fmt::format(
          "\"{}\" is a hyperparameter of the job that is false. Set --bool-style flag "
          "(SM_TRAIN_BOOL_STYLE=flag) to pass nothing for it.",
          shown(negated->first));
  }
  const bool has_boolean = std::any_of(clues.hyperparameters.begin(), clues.hyperparameters.end(),
                                       [](const Dict::Item& item) { return is_boolean(item.second); });
  const bool refuses_boolean =
      std::any_of(refused.words.begin(), refused.words.end(), [](const std::string& word) {
        return word == "True" || word == "False" || word == "true" || word == "false";
      });
  return has_boolean && refuses_boolean && clues.arguments.bool_style == BoolStyle::value ? boolean_hint : "";
}

std::string value_hint(const RefusedOption& refused, const FailureClues& clues, std::string_view message) {
  for (const std::string& word : refused.words) {
    const std::string_view name = name_of(word);
    if (const auto* hyperparameter = find_hyperparameter(name, clues))
      return refused_value_hint(*hyperparameter, clues.arguments, message);
    if (const auto* channel = find_channel(name, clues)) return channel_hint(*channel);
  }
  return "";
}

/// Where Python's JSON reader stopped: "JSONDecodeError: Expecting value: line 1 column 2 (char 1)".
std::optional<std::size_t> end_of_json_in(std::string_view message) {
  std::size_t at = message.rfind("JSONDecodeError: ");
  if (at == std::string_view::npos) return std::nullopt;
  message = message.substr(at, message.find('\n', at) - at);
  constexpr std::string_view mark = "(char ";
  at = message.rfind(mark);
  std::size_t end = 0;
  const char* const digits = at == std::string_view::npos ? nullptr : message.data() + at + mark.size();
  if (digits == nullptr || std::from_chars(digits, message.data() + message.size(), end).ptr == digits)
    return std::nullopt;
  return end;
}

/// A program that reads an option as JSON by itself says nothing of the option, but where its text was none.
std::string json_hint(std::string_view message, const FailureClues& clues) {
  const auto end = end_of_json_in(message);
  if (!end || clues.arguments.style == ArgumentStyle::json) return "";
  const auto nested =
      std::find_if(clues.hyperparameters.begin(), clues.hyperparameters.end(), [&](const auto& item) {
        const bool is_nested = item.second.list() != nullptr || item.second.dict() != nullptr;
        return is_nested && end_of_json(item.second) == end;
      });
  if (nested == clues.hyperparameters.end()) return "";
  return fmt::format(
      "The hyperparameter \"{}\" is passed as Python prints it. Where the program reads it as JSON set "
      "--argument-style json (SM_TRAIN_ARGUMENT_STYLE=json).",
      shown(nested->first));
}

}  // namespace

std::string option_hint(const ErrorMessage& message, const FailureClues& clues) {
  const std::string text = joined(part(message.lines, message.certain));
  if (const auto refused = find_refused_option(text)) {
    const bool is_unknown = refused->why == RefusedOption::Why::unknown;
    std::string hint = is_unknown ? unknown_option_hint(*refused, clues) : value_hint(*refused, clues, text);
    if (!hint.empty()) return hint;
  }
  return json_hint(cause_text(message), clues);
}

}  // namespace sm_train

#include "sm_train/contract/env_text.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/unicode.hpp"
#include "sm_train/contract/value.hpp"

namespace sm_train {

namespace {

constexpr auto npos = std::string_view::npos;

/// Whether a shell can have a variable of that name, and every reader of a .env file too.
bool is_identifier(std::string_view name) {
  const auto is_of_one = [](unsigned char c) { return c < 0x80 && (std::isalnum(c) != 0 || c == '_'); };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::all_of(name.begin(), name.end(), is_of_one);
}

/// Between single quotes nothing but a single quote means anything to a shell.
std::string shell_value(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'')
      text += "'\\''";
    else
      text += c;
  }
  return text + "'";
}

/// All readers, and docker's --env-file too, take it to the letter. A blank at an end would be lost, a quote
/// at the start mean something, `#` begin a comment, and `$` a variable.
bool can_stand_bare(std::string_view value) {
  const auto is_ordinary = [](unsigned char c) { return c >= ' ' && c < 0x7f && c != '#' && c != '$'; };
  return std::all_of(value.begin(), value.end(), is_ordinary) &&
         (value.empty() || (std::string_view(" '\"`").find(value.front()) == npos && value.back() != ' '));
}

/// python-dotenv reads \\ and \' as escapes there, and others do not.
bool can_stand_in_single_quotes(std::string_view value) {
  return value.find_first_of("'\r") == npos && value.find("\\\\") == npos;
}

std::string in_double_quotes(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '\r') {
      text += "\\r";
      continue;
    }
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

[[noreturn]] void refuse(const std::string& name, const char* why) {
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("The variable {} {}, which no .env file can hold.", name, why),
               .remedy = "Use the format json or shell."});
}

std::string dotenv_value(const std::string& name, const std::string& value) {
  if (can_stand_bare(value)) return value;
  if (find_invalid_utf8(value)) refuse(name, "is no UTF-8");
  if (value.ends_with('\\')) refuse(name, "needs quotes and ends in a backslash");
  return can_stand_in_single_quotes(value) ? "'" + value + "'" : in_double_quotes(value);
}

std::string json_text(const EnvVars& variables) {
  std::vector<Dict::Item> items;
  for (const auto& [name, value] : variables) items.emplace_back(os_text(name), os_text(value));
  return python_json_in_order(Dict(std::move(items))) + "\n";
}

}  // namespace

std::string env_text(const EnvVars& variables, EnvFormat format) {
  if (format == EnvFormat::json) return json_text(variables);
  std::string text;
  for (const auto& [name, value] : variables) {
    if (!is_identifier(name)) continue;
    if (format == EnvFormat::shell)
      text += fmt::format("export {}={}\n", name, shell_value(value));
    else
      text += fmt::format("{}={}\n", name, dotenv_value(name, value));
  }
  return text;
}

}  // namespace sm_train

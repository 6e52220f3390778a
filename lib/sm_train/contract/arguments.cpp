#include "sm_train/contract/arguments.hpp"

#include <set>
#include <string_view>

#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/unicode.hpp"

namespace sm_train {

namespace {

/// A dict of one level is k=v,k=v, sorted by key.
std::string toolkit_text(const Value& value) {
  if (!value.dict()) return python_str(value);
  std::string text;
  for (const Dict::Item* item : value.dict()->sorted()) {
    const std::string printed = item->second.text() ? *item->second.text() : python_repr(item->second);
    text += (text.empty() ? "" : ",") + item->first + "=" + printed;
  }
  return text;
}

}  // namespace

std::string flag_of(const std::string& name, const std::string& prefix) {
  if (name.empty()) return "";
  const bool one_character = decode_utf8(name, true).value_or(CodePoint{}).bytes == name.size();
  return (one_character && prefix.empty() ? "-" : "--") + prefix + name;
}

std::string argument_text(const Value& value, ArgumentStyle style) {
  if (style == ArgumentStyle::toolkit) return toolkit_text(value);
  return value.text() ? *value.text() : python_json_in_order(value);
}

std::vector<std::string> to_cmd_args(const Environment& environment, const ArgumentOptions& options) {
  std::vector<std::string> args;
  const auto add = [&](const Dict::Item& item) {
    const auto& [name, value] = item;
    const bool* boolean = std::get_if<bool>(&value.data());
    if (boolean && options.bool_style != BoolStyle::value) {
      if (*boolean)
        args.push_back(flag_of(name));
      else if (options.bool_style == BoolStyle::no_flag)
        args.push_back(flag_of(name, "no-"));
      return;
    }
    args.push_back(flag_of(name));
    args.push_back(argument_text(value, options.style));
  };
  if (options.style == ArgumentStyle::toolkit)
    for (const Dict::Item* item : environment.hyperparameters.sorted()) add(*item);
  else
    for (const Dict::Item& item : environment.hyperparameters) add(item);
  return args;
}

std::vector<std::string> to_channel_args(
    const Environment& environment,
    const std::function<bool(const std::string&, const std::string&)>& wanted) {
  std::set<std::string_view> taken;
  for (const auto& [name, value] : environment.hyperparameters) taken.insert(name);
  std::vector<std::string> args;
  for (const auto& [channel, directory] : environment.channel_input_dirs) {
    if (channel.empty() || taken.contains(channel)) continue;
    const std::string flag = flag_of(channel);
    if (wanted(channel, flag)) args.insert(args.end(), {flag, directory});
  }
  return args;
}

}  // namespace sm_train

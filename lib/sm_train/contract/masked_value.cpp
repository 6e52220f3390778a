#include "sm_train/contract/masked_value.hpp"

#include <string>
#include <vector>

#include "sm_train/contract/command_line.hpp"
#include "sm_train/contract/python_text.hpp"

namespace sm_train {

namespace {

Value masked_dict(const Dict& dict, const Secrets& secrets, std::string_view name) {
  std::vector<Dict::Item> items;
  for (const auto& [key, item] : dict) {
    const bool is_below_secret = is_secret_name(name) && !is_secret_name(key);
    items.emplace_back(secrets.masked(key), masked(item, secrets, is_below_secret ? name : key));
  }
  return Dict(std::move(items));
}

Value masked_list(const List& list, const Secrets& secrets, std::string_view name) {
  List shown;
  std::string_view before;
  for (const Value& item : list) {
    const std::string* word = item.text();
    if (word != nullptr && !is_secret_name(name))
      shown.emplace_back(shown_word(before, *word, secrets));
    else
      shown.push_back(masked(item, secrets, name));
    before = word == nullptr ? std::string_view() : *word;
  }
  return shown;
}

}  // namespace

Value masked(const Value& value, const Secrets& secrets, std::string_view name) {
  if (const Dict* dict = value.dict()) return masked_dict(*dict, secrets, name);
  if (const List* list = value.list()) return masked_list(*list, secrets, name);
  if (is_secret(name, python_str(value))) return std::string(secret_mask);
  return value.text() == nullptr ? value : shown_word("", *value.text(), secrets);
}

}  // namespace sm_train

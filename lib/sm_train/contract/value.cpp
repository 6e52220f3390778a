#include "sm_train/contract/value.hpp"

#include <algorithm>
#include <unordered_map>

namespace sm_train {

// Here and not in the header: there an Item is incomplete, as a Value may hold a Dict.
Dict::Dict() = default;
Dict::Dict(const Dict&) = default;
Dict::Dict(Dict&&) noexcept = default;
Dict& Dict::operator=(const Dict&) = default;
Dict& Dict::operator=(Dict&&) noexcept = default;
Dict::~Dict() = default;
bool Dict::empty() const {
  return items_.empty();
}
std::size_t Dict::size() const {
  return items_.size();
}
const Dict::Item* Dict::begin() const {
  return items_.data();
}
const Dict::Item* Dict::end() const {
  return items_.data() + items_.size();
}

Dict::Dict(std::vector<Item> items) {
  std::unordered_map<std::string, std::size_t> places;
  places.reserve(items.size());
  items_.reserve(items.size());
  for (Item& item : items) {
    const auto [place, is_new] = places.emplace(item.first, items_.size());
    if (is_new)
      items_.push_back(std::move(item));
    else
      items_[place->second].second = std::move(item.second);
  }
}

const Value* Dict::find(std::string_view key) const& {
  const auto found =
      std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.first == key; });
  return found == items_.end() ? nullptr : &found->second;
}

void Dict::set(const std::string& key, Value value) {
  const auto found =
      std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.first == key; });
  if (found == items_.end())
    items_.emplace_back(key, std::move(value));
  else
    found->second = std::move(value);
}

std::vector<const Dict::Item*> Dict::sorted() const& {
  std::vector<const Item*> result;
  result.reserve(items_.size());
  for (const Item& item : items_) result.push_back(&item);
  // The order of UTF-8 bytes is the order of code points.
  std::sort(result.begin(), result.end(), [](const Item* a, const Item* b) { return a->first < b->first; });
  return result;
}

bool Dict::operator==(const Dict& other) const {
  return items_ == other.items_;
}

Value::Value(const std::vector<std::string>& texts) : data_(List(texts.begin(), texts.end())) {}

std::string type_name(const Value& value) {
  struct Name {
    std::string operator()(std::nullptr_t) const { return "null"; }
    std::string operator()(bool) const { return "a boolean"; }
    std::string operator()(const Integer&) const { return "a number"; }
    std::string operator()(double) const { return "a number"; }
    std::string operator()(const std::string&) const { return "a string"; }
    std::string operator()(const List&) const { return "a list"; }
    std::string operator()(const Dict&) const { return "an object"; }
  };
  return std::visit(Name{}, value.data());
}

bool is_true(const Value& value) {
  struct Truth {
    bool operator()(std::nullptr_t) const { return false; }
    bool operator()(bool b) const { return b; }
    bool operator()(const Integer& i) const { return i.digits != "0"; }
    bool operator()(double d) const { return d != 0.0; }
    bool operator()(const std::string& s) const { return !s.empty() && s != "False" && s != "false"; }
    bool operator()(const List& l) const { return !l.empty(); }
    bool operator()(const Dict& d) const { return !d.empty(); }
  };
  return std::visit(Truth{}, value.data());
}

}  // namespace sm_train

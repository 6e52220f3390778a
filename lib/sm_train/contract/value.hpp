#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sm_train {

/// A value as Python's json module reads it, since that is what programs were given so far: integers of any
/// size stay exact, objects keep the order of the file, and text may hold lone surrogates (written as in
/// WTF-8: three bytes each).
class Value;

using List = std::vector<Value>;

/// An integer by its decimal digits, with '-' before a negative one. There is no "-0".
struct Integer {
  std::string digits;
  bool operator==(const Integer&) const = default;
};

/// An object. Keys are distinct and stand in file order. find() and set() are linear, as objects are small;
/// the constructor is not, so many items at once are given to it.
class Dict {
 public:
  using Item = std::pair<std::string, Value>;

  Dict();
  Dict(const Dict&);
  Dict(Dict&&) noexcept;
  Dict& operator=(const Dict&);
  Dict& operator=(Dict&&) noexcept;
  ~Dict();
  /// Of items with an equal key the last value counts, at the place of the first: Python's rule for duplicate
  /// keys.
  explicit Dict(std::vector<Item> items);

  // Both point into this object.
  const Value* find(std::string_view key) const&;
  const Value* find(std::string_view key) && = delete;
  void set(const std::string& key, Value value);
  bool empty() const;
  std::size_t size() const;
  const Item* begin() const;
  const Item* end() const;
  /// The items sorted by key, by code point.
  std::vector<const Item*> sorted() const&;
  std::vector<const Item*> sorted() && = delete;
  bool operator==(const Dict&) const;

 private:
  std::vector<Item> items_;
};

class Value {
 public:
  using Data = std::variant<std::nullptr_t, bool, Integer, double, std::string, List, Dict>;

  Value() = default;
  Value(std::nullptr_t) {}     // NOLINT(google-explicit-constructor)
  Value(bool b) : data_(b) {}  // NOLINT(google-explicit-constructor)
  template <std::integral Number>
  Value(Number i) : data_(Integer{std::to_string(i)}) {}  // NOLINT(google-explicit-constructor)
  Value(Integer i) : data_(std::move(i)) {}               // NOLINT(google-explicit-constructor)
  Value(double d) : data_(d) {}                           // NOLINT(google-explicit-constructor)
  Value(std::string s) : data_(std::move(s)) {}           // NOLINT(google-explicit-constructor)
  Value(const char* s) : data_(std::string(s)) {}         // NOLINT(google-explicit-constructor)
  Value(List l) : data_(std::move(l)) {}                  // NOLINT(google-explicit-constructor)
  Value(Dict d) : data_(std::move(d)) {}                  // NOLINT(google-explicit-constructor)
  Value(const std::vector<std::string>& texts);           // NOLINT(google-explicit-constructor)

  const Data& data() const { return data_; }
  bool is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }
  const std::string* text() const { return std::get_if<std::string>(&data_); }
  const List* list() const { return std::get_if<List>(&data_); }
  const Dict* dict() const { return std::get_if<Dict>(&data_); }
  bool operator==(const Value&) const = default;

 private:
  Data data_ = nullptr;
};

/// What a message calls the value's type: "null", "a boolean", "a number", "a string", "a list", "an object".
std::string type_name(const Value& value);

/// Python's truth of a value, and beyond it the text "False" and "false", which people write for it.
bool is_true(const Value& value);

}  // namespace sm_train

#include "sm_train/stages/setting_values.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "sm_train/contract/byte_size.hpp"

namespace sm_train {

namespace {

/// The whole text is a number, as from_chars reads it.
template <typename Number>
bool read_number(const std::string& text, Number& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

}  // namespace

void expect_one_of(const std::vector<std::string>& names) {
  throw std::invalid_argument(fmt::format("one of {}", fmt::join(names, ", ")));
}

std::string not_empty(const std::string& text) {
  if (text.empty()) throw std::invalid_argument("a text that is not empty");
  return text;
}

std::chrono::milliseconds seconds(const std::string& text) {
  double value = 0;
  if (!read_number(text, value) || !(value >= 0 && value <= 86400))
    throw std::invalid_argument("a number of seconds from 0 to 86400");
  return std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>(value));
}

std::chrono::milliseconds at_least_a_second(const std::string& text) {
  const auto time = seconds(text);
  if (time < std::chrono::seconds(1)) throw std::invalid_argument("a number of seconds from 1 to 86400");
  return time;
}

bool truth(const std::string& text) {
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  if (lower == "true" || lower == "1") return true;
  if (lower == "false" || lower == "0") return false;
  throw std::invalid_argument("true or false");
}

std::uint64_t count(const std::string& text) {
  std::uint64_t value = 0;
  if (!read_number(text, value)) throw std::invalid_argument("a whole number, 0 for no limit");
  return value;
}

unsigned connections(const std::string& text) {
  unsigned value = 0;
  if (!read_number(text, value) || value < 1 || value > 64)
    throw std::invalid_argument("a number from 1 to 64");
  return value;
}

std::uint16_t port(const std::string& text) {
  std::uint16_t value = 0;
  if (!read_number(text, value) || value < 1) throw std::invalid_argument("a port, 1 to 65535");
  return value;
}

std::uint64_t byte_size(const std::string& text) {
  const auto size = parse_byte_size(text);
  if (!size) throw std::invalid_argument("a number of bytes, such as 500M or 64G, 0 for no limit");
  return *size;
}

}  // namespace sm_train

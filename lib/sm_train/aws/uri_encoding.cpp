#include "sm_train/aws/uri_encoding.hpp"

#include <charconv>

#include <fmt/core.h>

namespace sm_train {

namespace {

// By ASCII, whatever the locale.
bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

std::string uri_encode(std::string_view text, bool keep_slash) {
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c) || (keep_slash && c == '/'))
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

std::optional<std::string> uri_decode(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    unsigned char byte = static_cast<unsigned char>(text.front());
    std::size_t taken = 1;
    if (byte == '%') {
      taken = 3;
      const auto digits = text.substr(1, 2);
      const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
      if (error != std::errc() || stop != digits.data() + 2) return std::nullopt;
    }
    decoded += static_cast<char>(byte);
    text.remove_prefix(taken);
  }
  return decoded;
}

}  // namespace sm_train

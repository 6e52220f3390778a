#include "sm_train/contract/byte_size.hpp"

#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace sm_train {

namespace {

constexpr std::string_view suffixes = "KMGT";
constexpr std::string_view unit_letters = "KMGTPE";

/// By how many bits the suffix moves the number; nothing where it is none.
std::optional<unsigned> shift_of(std::string_view suffix) {
  if (suffix.empty()) return 0;
  // Of ASCII letters this bit is the case.
  const char letter = static_cast<char>(static_cast<unsigned char>(suffix.front()) & ~0x20U);
  const auto place = suffixes.find(letter);
  if (suffix.size() != 1 || place == std::string_view::npos) return std::nullopt;
  return 10 * (static_cast<unsigned>(place) + 1);
}

}  // namespace

std::optional<std::uint64_t> parse_byte_size(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return std::nullopt;
  const auto shift = shift_of({stop, static_cast<std::size_t>(end - stop)});
  if (!shift || number > std::numeric_limits<std::uint64_t>::max() >> *shift) return std::nullopt;
  return number << *shift;
}

std::string byte_size_text(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // What would be rounded to 1024.0 belongs to the next unit.
  for (; size >= 1023.95 && unit + 1 < unit_letters.size(); ++unit) size /= 1024;
  return fmt::format("{:.1f} {}iB", size, unit_letters[unit]);
}

}  // namespace sm_train

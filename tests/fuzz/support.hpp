#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "sm_train/contract/failure.hpp"

namespace sm_train::fuzz {

/// What a target is: takes any bytes, and says through require() what does not hold for them.
void check(std::string_view input);

/// Where `holds` is false, prints `property` and ends the process, so that libFuzzer keeps the input.
void require(bool holds, std::string_view property);

/// What Error `act` throws; nothing where it throws none. Its cause must be one of `causes`, and it must say
/// what happened and what to do. Any other exception goes on to libFuzzer.
std::optional<Failure> refusal_of(const std::vector<Cause>& causes, const std::function<void()>& act);

/// Where a target makes its files: in memory where that can be, as it does so thousands of times a second.
std::filesystem::path scratch_parent();

/// The texts of an input that has `count` of them, a line `----` after each but the last. Those that are
/// missing are empty.
template <std::size_t count>
std::array<std::string_view, count> split(std::string_view input) {
  constexpr std::string_view separator = "\n----\n";
  std::array<std::string_view, count> texts;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = i + 1 < count ? input.find(separator) : std::string_view::npos;
    texts[i] = input.substr(0, end);
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + separator.size());
  }
  return texts;
}

}  // namespace sm_train::fuzz

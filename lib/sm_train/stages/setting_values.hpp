#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sm_train {

// What the text of a setting means. Each throws std::invalid_argument that says what is expected.

[[noreturn]] void expect_one_of(const std::vector<std::string>& names);

template <typename Choice>
Choice choose(const std::string& text, const std::vector<std::pair<std::string, Choice>>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, choice] : choices) {
    if (text == name) return choice;
    names.push_back(name);
  }
  expect_one_of(names);
}

std::string not_empty(const std::string& text);
std::chrono::milliseconds seconds(const std::string& text);
std::chrono::milliseconds at_least_a_second(const std::string& text);

/// "true" and "1", "false" and "0", in any case.
bool truth(const std::string& text);
std::uint64_t count(const std::string& text);

/// 1 to 65535.
std::uint16_t port(const std::string& text);

/// 1 to 64.
unsigned connections(const std::string& text);
std::uint64_t byte_size(const std::string& text);

}  // namespace sm_train

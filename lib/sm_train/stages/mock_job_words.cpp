#include "sm_train/stages/mock_job_words.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/unicode.hpp"
#include "sm_train/system/json.hpp"

namespace sm_train {

namespace {

constexpr int max_hosts = 1000;

[[noreturn]] void refuse(const char* what, const std::string& word, std::string remedy) {
  throw Error({.cause = Cause::usage,
               .what = fmt::format("{} cannot be {}", in_quotes(word), what),
               .remedy = std::move(remedy)});
}

std::pair<std::string, std::string> split_at_equals(const std::string& word, const char* what,
                                                    const char* remedy) {
  const std::size_t equals = word.find('=');
  // The value may be a secret, so only a word without one is shown.
  if (equals == 0) refuse(what, "=...", remedy);
  if (equals == std::string::npos) refuse(what, word, remedy);
  return {word.substr(0, equals), word.substr(equals + 1)};
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t comma = 0; comma != std::string::npos; start = comma + 1) {
    comma = text.find(',', start);
    parts.push_back(text.substr(start, comma - start));
  }
  return parts;
}

}  // namespace

Dict::Item parse_hyperparameter(const std::string& word) {
  const auto [name, text] =
      split_at_equals(word, "a hyperparameter", "Write NAME=VALUE, such as lr=0.1 or layers=[1,2].");
  // JSON is UTF-8; other bytes are text in any case.
  const auto value =
      find_invalid_utf8(text) ? std::nullopt : try_parse_json(text, "The hyperparameter " + name);
  return {os_text(name), value ? *value : Value(os_text(text))};
}

Dict parse_hyperparameters(const std::vector<std::string>& words) {
  std::vector<Dict::Item> items;
  items.reserve(words.size());
  for (const std::string& word : words) items.push_back(parse_hyperparameter(word));
  return Dict(std::move(items));
}

MockChannel parse_channel(const std::string& word) {
  const char* remedy = "Write NAME=PATH, such as training=./data.";
  auto [name, path] = split_at_equals(word, "a channel", remedy);
  if (path.empty()) refuse("a channel", word, remedy);
  if (path.find("://") != std::string::npos)
    refuse("a channel", word, "Give a directory or a file of this machine, with its data downloaded to it.");
  return {.name = std::move(name), .source = std::move(path)};
}

std::vector<std::string> parse_hosts(const std::string& word) {
  const char* remedy = "Give their number, such as 2, or their names, such as algo-1,algo-2.";
  if (word.empty()) refuse("the hosts", word, remedy);
  if (word.find_first_not_of("0123456789") != std::string::npos) return split_at_commas(word);
  int number = 0;
  const auto end = std::from_chars(word.data(), word.data() + word.size(), number);
  if (end.ec != std::errc() || number < 1 || number > max_hosts) refuse("the number of hosts", word, remedy);
  std::vector<std::string> hosts;
  for (int i = 1; i <= number; ++i) hosts.push_back(fmt::format("algo-{}", i));
  return hosts;
}

}  // namespace sm_train

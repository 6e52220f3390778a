#include "sm_train/contract/look_alike.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <tuple>

#include "sm_train/contract/interpreter_line.hpp"
#include "sm_train/contract/unicode.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr std::size_t most = 3;
// No file system of Linux has a longer name; of others the distance takes its time.
constexpr std::size_t longest_name = 255;

/// In the order of how likely it was meant.
enum Likeness { same_name, other_case, other_extension, misspelt };

std::u32string letters_of(std::string_view text) {
  std::u32string letters;
  while (!text.empty()) {
    const auto letter = decode_utf8(text).value_or(CodePoint{static_cast<unsigned char>(text[0]), 1});
    letters += letter.value;
    text.remove_prefix(letter.bytes);
  }
  return letters;
}

/// How many letters must be put in, left out, replaced or swapped with their neighbour (optimal string
/// alignment).
std::size_t distance(const std::u32string& a, const std::u32string& b) {
  std::array<std::vector<std::size_t>, 3> rows;  // of the last two letters of `a`, and of this one
  rows.fill(std::vector<std::size_t>(b.size() + 1));
  auto& [before_last, last, row] = rows;
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

bool may_be_program(const std::string& file) {
  const fs::path extension = fs::path(file).extension();
  return extension.empty() || extension == ".py" || extension == ".sh" || !interpreter_line(file).empty();
}

bool is_misspelt(const std::string& a, const std::string& b) {
  if (std::max(a.size(), b.size()) > longest_name) return false;
  const std::u32string one = letters_of(a);
  const std::u32string other = letters_of(b);
  // Of three letters one may be wrong, and of any number two.
  const std::size_t allowed = std::min<std::size_t>(2, one.size() / 3);
  const std::size_t longer = std::max(one.size(), other.size());
  return longer - std::min(one.size(), other.size()) <= allowed && distance(one, other) <= allowed;
}

std::optional<Likeness> likeness(const fs::path& name, const fs::path& file) {
  const std::string wanted = name.filename();
  const std::string found = file.filename();
  if (wanted == found) return same_name;
  if (to_upper(wanted) == to_upper(found)) return other_case;
  if (!may_be_program(found)) return std::nullopt;
  if (to_upper(name.stem().native()) == to_upper(file.stem().native())) return other_extension;
  return is_misspelt(name.stem(), file.stem()) ? std::optional(misspelt) : std::nullopt;
}

struct LookAlike {
  Likeness likeness;
  std::ptrdiff_t depth;
  std::string file;
};

std::ptrdiff_t depth_of(const std::string& file) {
  return std::count(file.begin(), file.end(), '/');
}

/// What `name` may have been written for: a path, and of a dotted name the module's file too.
std::vector<fs::path> readings_of(std::string name) {
  while (name.ends_with('/')) name.pop_back();
  std::vector<fs::path> readings = {name};
  if (name.find('/') != std::string::npos || name.ends_with(".py") || name.ends_with(".sh")) return readings;
  std::replace(name.begin(), name.end(), '.', '/');
  readings.emplace_back(name + ".py");
  return readings;
}

}  // namespace

std::vector<std::string> look_alikes(const std::string& name, const std::vector<std::string>& files) {
  const std::vector<fs::path> readings = readings_of(name);
  std::vector<LookAlike> found;
  for (const std::string& file : files) {
    // A directory that Python runs is named by itself.
    const fs::path path(file);
    const std::string candidate =
        path.filename() == "__main__.py" && path.has_parent_path() ? path.parent_path() : path;
    std::optional<Likeness> likeliest;
    for (const fs::path& reading : readings)
      if (const auto like = likeness(reading, candidate); like && (!likeliest || *like < *likeliest))
        likeliest = like;
    if (likeliest) found.push_back({.likeness = *likeliest, .depth = depth_of(candidate), .file = candidate});
  }
  const auto is_likelier = [](const LookAlike& a, const LookAlike& b) {
    return std::tie(a.likeness, a.depth, a.file) < std::tie(b.likeness, b.depth, b.file);
  };
  std::sort(found.begin(), found.end(), is_likelier);
  found.resize(std::min(found.size(), most));
  std::stable_sort(found.begin(), found.end(),
                   [](const LookAlike& a, const LookAlike& b) { return a.depth < b.depth; });
  std::vector<std::string> result;
  result.reserve(found.size());
  for (const LookAlike& one : found) result.push_back(one.file);
  return result;
}

}  // namespace sm_train

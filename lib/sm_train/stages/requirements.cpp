#include "sm_train/stages/requirements.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/unicode.hpp"
#include "sm_train/system/files.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr std::size_t max_bytes = 16U << 20U;
constexpr const char* remedy = "Make it a text file with one requirement a line: numpy>=1.26";

bool is_usual_one_there(const CodeLayout& code) {
  const auto is_it = [](std::string_view entry) {
    if (entry.ends_with('/')) entry.remove_suffix(1);
    return entry == usual_requirements;
  };
  return std::any_of(code.entries.begin(), code.entries.end(), is_it);
}

/// pip takes what has a byte order mark, or names its coding as Python's source does, and else UTF-8.
bool says_how_it_is_coded(std::string_view text) {
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") ||
         text.substr(0, 200).find("coding") != std::string_view::npos;
}

void require_text(const fs::path& file) {
  const std::string text = read_file(file, max_bytes);
  if (says_how_it_is_coded(text)) return;
  const auto invalid = find_invalid_utf8(text);
  const std::size_t nul = text.find('\0');
  if (!invalid && nul == std::string::npos) return;
  throw Error({.cause = Cause::bad_data,
               .what = fmt::format("The requirements file {} is no text: the byte at {} is not UTF-8.",
                                   file.native(), std::min(nul, invalid.value_or(nul))),
               .remedy = remedy});
}

}  // namespace

std::string find_requirements(const std::string& chosen, const CodeLayout& code) {
  if (chosen.empty() && !is_usual_one_there(code)) return "";
  std::string name = chosen.empty() ? usual_requirements : chosen;
  const fs::path file = fs::path(code.directory) / name;
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status))
    throw Error({.cause = Cause::no_input,
                 .what = fmt::format("The requirements file {} is not there.", file.native()),
                 .remedy = "Correct --requirements or SM_TRAIN_REQUIREMENTS, or put the file there."});
  if (!fs::is_regular_file(status))
    throw Error({.cause = Cause::bad_data,
                 .what = fmt::format("The requirements file {} is {}.", file.native(),
                                     fs::is_directory(status) ? "a directory" : "no regular file"),
                 .remedy = remedy});
  require_text(file);
  return name;
}

}  // namespace sm_train

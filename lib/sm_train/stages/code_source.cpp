#include "sm_train/stages/code_source.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sm_train/aws/uri_encoding.hpp"
#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

constexpr std::string_view file_scheme = "file://";

[[noreturn]] void fail(const std::string& text, std::string_view why) {
  throw Error({.cause = Cause::usage,
               .what = fmt::format("\"{}\" cannot be the source of the code: {}", text, why),
               .remedy =
                   "Give s3://bucket/key, or the path (or file:///path) of a directory, an archive or a "
                   "file in the container."});
}

/// The text's scheme by RFC 3986, or nothing where it is a path.
std::string_view scheme_of(std::string_view text) {
  const std::string_view scheme = text.substr(0, std::min(text.find("://"), text.size()));
  const bool is_scheme = scheme.size() < text.size() && !scheme.empty() &&
                         std::all_of(scheme.begin(), scheme.end(), [](unsigned char c) {
                           return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
                         });
  return is_scheme ? scheme : std::string_view();
}

}  // namespace

CodeSource parse_code_source(const std::string& text) {
  if (text.empty()) fail(text, "it is empty");
  if (is_s3_uri(text)) {
    S3Uri uri = parse_s3_uri(text);
    const std::string_view name = std::string_view(uri.key).substr(uri.key.rfind('/') + 1);
    if (name.empty() || name == "." || name == "..")
      fail(text, "its key ends in a slash or dots, and not in a file's name");
    return uri;
  }
  const std::string_view scheme = scheme_of(text);
  if (scheme.empty()) return std::filesystem::path(text);
  // A URL may carry a user's password or a signature, which is nobody else's to read.
  if (scheme != "file") fail(fmt::format("{}://...", scheme), "that scheme is not supported");
  std::string_view path = std::string_view(text).substr(file_scheme.size());
  if (path.starts_with("localhost/")) path.remove_prefix(std::string_view("localhost").size());
  if (!path.starts_with('/')) fail(text, "a file URI needs three slashes, file:///path");
  auto decoded = uri_decode(path);
  if (!decoded || decoded->find('\0') != std::string::npos)
    fail(text, "after a % it needs two hexadecimal digits, and not those of a zero byte");
  return std::filesystem::path(std::move(*decoded));
}

}  // namespace sm_train

#include "sm_train/aws/sse_customer_key.hpp"

#include <string_view>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/digest.hpp"
#include "sm_train/system/files.hpp"

namespace sm_train {

namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t max_file_size = 1024;
constexpr const char* expected =
    "Name a file with the 256-bit key that the object was stored under: its 32 bytes, or their base64.";

std::string_view without_space_at_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

}  // namespace

std::string read_sse_customer_key(const std::filesystem::path& file) {
  std::string content = read_file(file, max_file_size);
  if (content.size() == key_size) return content;
  auto key = from_base64(without_space_at_end(content));
  if (key && key->size() == key_size) return *key;
  throw Error(
      {.cause = Cause::bad_data,
       .what = fmt::format("{} holds {} bytes that are no SSE-C key: neither 32 bytes, nor the base64 of 32",
                           file.native(), content.size()),
       .remedy = expected});
}

}  // namespace sm_train

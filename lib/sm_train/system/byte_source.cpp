#include "sm_train/system/byte_source.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace sm_train {

Peeked peek(const ByteSource& bytes, std::size_t size) {
  auto read = std::make_shared<std::string>();
  while (read->size() < size) {
    const std::string_view block = bytes();
    if (block.empty()) break;
    read->append(block);
  }
  std::string head = read->substr(0, size);
  auto whole = [bytes, read = std::move(read), given = false]() mutable -> std::string_view {
    if (!std::exchange(given, true) && !read->empty()) return *read;
    return bytes();
  };
  return {.head = std::move(head), .whole = std::move(whole)};
}

ByteSource keep_blocks(ByteSource bytes, std::size_t count) {
  auto kept = std::make_shared<std::vector<std::string>>(count);
  return [bytes = std::move(bytes), kept = std::move(kept), next = std::size_t{0}]() mutable {
    std::string& block = (*kept)[next++ % kept->size()];
    block.assign(bytes());
    return std::string_view(block);
  };
}

}  // namespace sm_train

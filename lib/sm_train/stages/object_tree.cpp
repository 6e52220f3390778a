#include "sm_train/stages/object_tree.hpp"

namespace sm_train {

ObjectTree::ObjectTree(const std::filesystem::path& directory, const std::string& source,
                       const TreeLimits& limits)
    : writer_(directory, source, "Rename the object, or fetch another prefix."), tally_(source, limits) {}

void ObjectTree::add(const std::string& name, const ByteSource& bytes) {
  refuse_ambiguous(name);
  std::uint64_t size = 0;
  const UniqueFd file = add_entry(name);
  try {
    for (auto block = bytes(); !block.empty(); block = bytes()) {
      const std::uint64_t offset = size;
      grow(name, size, block.size());
      if (file) writer_.write_file(name, file, block, offset);
    }
  } catch (...) {
    take_back(size);
    throw;
  }
  if (file) writer_.finish_file(name, file, {.mode = 0644});
}

/// Of a/b, a//b and a/./b, which are three keys, a file system makes one file.
void ObjectTree::refuse_ambiguous(const std::string& name) const {
  if (name.find("//") != std::string::npos || ("/" + name + "/").find("/./") != std::string::npos)
    writer_.refuse(name, "a part of its name is empty or a dot");
}

/// Nothing for a directory.
UniqueFd ObjectTree::add_entry(const std::string& name) {
  const std::lock_guard lock(mutex_);
  UniqueFd file;
  if (name.ends_with('/'))
    writer_.add_directory(name, {});
  else
    file = writer_.add_file(name);
  // With this one's parents: which object comes last is chance, and must not decide.
  tally_.count_entry(writer_.made_parents());
  return file;
}

/// The file has come to `size` bytes, and now there are `more`.
void ObjectTree::grow(const std::string& name, std::uint64_t& size, std::uint64_t more) {
  const std::lock_guard lock(mutex_);
  tally_.forget_bytes(size);
  try {
    tally_.require_room(name, size + more);
  } catch (...) {
    tally_.count_bytes(size);
    throw;
  }
  size += more;
  tally_.count_bytes(size);
}

void ObjectTree::take_back(std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  tally_.forget_entry();
  tally_.forget_bytes(size);
}

}  // namespace sm_train

#include "sm_train/stages/object_tree.hpp"

#include "sm_train/system/files.hpp"

namespace sm_train {

ObjectTree::ObjectTree(const std::filesystem::path& directory, const std::string& source,
                       const ArchiveLimits& limits)
    : writer_(directory, source, "Rename the object, or fetch another prefix."), tally_(source, limits) {}

void ObjectTree::add(const std::string& name, const ByteSource& bytes) {
  const UniqueFd file = add_entry(name);
  for (auto block = bytes(); !block.empty(); block = bytes()) {
    count(name, block.size());
    if (file) write_all(file.get(), block, name);
  }
  if (file) writer_.finish_file(name, file, {.mode = 0644});
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

void ObjectTree::count(const std::string& name, std::size_t size) {
  const std::lock_guard lock(mutex_);
  tally_.require_room(name, size);
  tally_.count_bytes(size);
}

}  // namespace sm_train

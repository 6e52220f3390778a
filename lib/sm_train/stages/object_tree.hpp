#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/tree_limits.hpp"
#include "sm_train/system/tree_writer.hpp"

namespace sm_train {

/// Makes files of objects, by their names behind a prefix, in an empty directory and nowhere else. A name
/// that ends in a slash is that of a directory: consoles and other tools make such objects.
class ObjectTree {
 public:
  /// `source` stands for the prefix in messages.
  ObjectTree(const std::filesystem::path& directory, const std::string& source, const TreeLimits& limits);

  /// May be called from several threads at the same time; what throws may be added once more. Throws
  /// Error: bad_data where the name leads out of the directory, could be another object's too, or is
  /// beyond the limits; cannot_create, denied or io where the system refuses; what `bytes` throws.
  void add(const std::string& name, const ByteSource& bytes);

  /// To be called at the end.
  void finish(const Interrupt& interrupt = {}) { writer_.finish(interrupt); }

 private:
  void refuse_ambiguous(const std::string& name) const;
  UniqueFd add_entry(const std::string& name);
  void grow(const std::string& name, std::uint64_t& size, std::uint64_t more);
  void take_back(std::uint64_t size);

  std::mutex mutex_;
  TreeWriter writer_;
  TreeTally tally_;
};

}  // namespace sm_train

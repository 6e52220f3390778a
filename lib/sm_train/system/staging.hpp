#pragma once

#include <filesystem>
#include <vector>

#include "sm_train/system/files.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// A place where a tree is made whole before it is moved to `target`: on target's file system, in a hidden
/// directory (`.sm-train-...`) beside it, or inside of it where it is a mount point or where beside it
/// nothing can be made. Removes itself; what a killed process left there is removed by the next one, and
/// what a running one has there is not. target's missing parents are made, and removed where they stay empty.
/// Throws Error: cannot_create, denied, io.
class Staging {
 public:
  explicit Staging(const std::filesystem::path& target);

  /// An empty directory of mode 0755.
  const std::filesystem::path& tree() const { return tree_; }

 private:
  /// The parents that were made, the deepest last.
  struct Parents {
    Parents() = default;
    Parents(const Parents&) = delete;
    Parents& operator=(const Parents&) = delete;
    Parents(Parents&&) = delete;
    Parents& operator=(Parents&&) = delete;
    ~Parents();
    std::vector<std::filesystem::path> made;
  };
  /// Locked from the first, before another launcher could take it for a leftover.
  struct Room {
    explicit Room(const std::filesystem::path& parent);
    TempDir directory;
    UniqueFd lock;
  };
  void make_parents(const std::filesystem::path& parent);
  Room make_room(const std::filesystem::path& target);

  Parents parents_;
  Room room_;
  std::filesystem::path tree_;
};

/// Whether a directory of that name is a Staging's.
bool is_staging_name(const std::filesystem::path& name);

}  // namespace sm_train

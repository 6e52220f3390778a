#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// Of the mode, setuid, setgid and sticky are not kept.
struct EntryAttributes {
  mode_t mode = 0755;
  timespec modified = {0, UTIME_OMIT};
};

/// Makes the entries of a source (an archive, an S3 prefix) in an empty directory, and nothing outside of it,
/// whatever their names say. A name is walked component by component from the directory's descriptor and no
/// symlink is ever followed; where the symlinks lead is judged once they are all there. Names are bytes, as
/// open(2) takes them. Of several entries of one name the last stands, but a directory stays a directory.
/// Each function throws Error that names source and entry: bad_data where an entry is refused, or where the
/// directories and symlinks have more names and targets than may be remembered; cannot_create, denied or io
/// where the system refuses.
class TreeWriter {
 public:
  /// `source` stands for it in messages, and `remedy` is that of a refused entry. Of directories and symlinks
  /// no more than `max_remembered_bytes` are kept in memory to the end.
  TreeWriter(const std::filesystem::path& directory, std::string source,
             std::string remedy =
                 "Make the archive anew from inside the directory that holds the code, e.g. "
                 "with tar -czf sourcedir.tar.gz -C DIRECTORY .",
             std::size_t max_remembered_bytes = std::size_t{64} << 20U);

  void add_directory(const std::string& name, const EntryAttributes& attributes);
  /// The new file, open for writing, in a mode that its owner alone can read until `finish_file`.
  UniqueFd add_file(const std::string& name);
  void write_file(const std::string& name, const UniqueFd& file, std::string_view bytes,
                  std::uint64_t offset) const;
  void finish_file(const std::string& name, const UniqueFd& file, const EntryAttributes& attributes) const;
  void add_symlink(const std::string& name, const std::string& target, const EntryAttributes& attributes);
  /// `target` is the name of a file that is there already.
  void add_hard_link(const std::string& name, const std::string& target);

  /// Refuses symlinks that lead out of the directory, and gives the directories their modes and times: at
  /// the end, since one of mode 0500 must be filled first. Missing parents are 0755.
  void finish(const Interrupt& interrupt = {});

  /// How many parents were made that no entry had named.
  std::size_t made_parents() const { return made_parents_; }

  [[noreturn]] void refuse(std::string_view name, std::string_view why) const;
  [[noreturn]] void fail(std::string_view name, int error) const;

 private:
  using Directory = std::shared_ptr<const UniqueFd>;
  struct Place {
    Directory parent;
    std::string name;  ///< a single component
    std::string path;  ///< the whole of it, normalised: no empty and no `.` components
  };

  std::vector<std::string> components(const std::string& name) const;
  /// `on_parent` is called with each parent, from the top, before it is entered.
  Place find_place(const std::string& name, const std::function<void(const Place&)>& on_parent = {});
  /// The directory that holds the last of `parts`.
  Directory walk(const std::vector<std::string>& parts, const std::string& name,
                 const std::function<void(const Place&)>& on_parent) const;
  Place make_place(const std::string& name);
  Directory open_directory(const Directory& parent, const std::string& component,
                           const std::string& name) const;
  void clear_place(const Place& place, const std::string& name);
  void remember(const std::string& name, std::size_t bytes);

  Directory root_;
  std::string source_;
  std::string remedy_;
  // Most entries lie beside the one before them, and a directory stays one: it need not be walked to again.
  Directory last_parent_;
  std::string last_parent_path_;
  std::size_t made_parents_ = 0;
  std::size_t max_remembered_bytes_;
  std::size_t remembered_bytes_ = 0;  ///< of the names and targets in these two
  std::map<std::string, EntryAttributes> directories_;
  std::map<std::string, std::string> symlinks_;  ///< path -> target
};

/// Whether following the symlink `link` stays in the tree that has these `symlinks` (path -> target, both
/// relative to the tree, paths normalised) and no others. One that leads nowhere, or in a circle, stays.
bool stays_inside(const std::map<std::string, std::string>& symlinks, const std::string& link);

}  // namespace sm_train

#pragma once

#include <filesystem>
#include <string>

namespace sm_train {

/// An absolute path without links, as far as it exists, and without a slash at its end. Throws Error.
std::filesystem::path canonical_path(const std::filesystem::path& path);

/// The directory that `code` is or is to be: a link is followed. Throws Error{cannot_create} where something
/// else is in its place, which is not for us to remove.
std::filesystem::path code_directory(const std::filesystem::path& code);

/// Whether the path is the directory's own, or one below it. Both are canonical.
bool is_inside(const std::filesystem::path& path, const std::filesystem::path& directory);

// These take a path that code_directory gave.

/// Whether anything is in it. What a killed launcher left there is no code.
bool holds_code(const std::filesystem::path& code);

/// Throws Error{cannot_create} where anything is mounted in it: that belongs to somebody else, and would be
/// emptied with the old code.
void refuse_mounts(const std::filesystem::path& code);

/// Throws Error{usage} where the directory `path`, which the user named as `source`, lies in `code`, or the
/// other way round.
void refuse_nested(const std::string& source, const std::filesystem::path& path,
                   const std::filesystem::path& code);

}  // namespace sm_train

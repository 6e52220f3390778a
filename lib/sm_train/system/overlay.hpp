#pragma once

#include <filesystem>

namespace sm_train {

/// Moves what is in the directory `tree` into the directory `onto`, which keeps what it has else: directories
/// are merged and take the new one's mode and time (where they are ours to change), anything else is replaced
/// by the new entry (a file atomically, where the file system can exchange two). Symlinks are entries like
/// others and never followed. Throws Error that names the path, and then `onto` is as it was. What was
/// replaced stays in `tree`, for the caller to remove.
void overlay_tree(const std::filesystem::path& tree, const std::filesystem::path& onto);

/// The same, but where `target` is absent, or empty and ours, `tree` itself takes its place in one step.
void place_tree(const std::filesystem::path& tree, const std::filesystem::path& target);

/// Puts what is in `tree` in the place of all that is in `target`: in one step where the file system can
/// exchange the two directories, else entry by entry. Throws Error that names the path, and then `target` is
/// as it was. What was replaced stays in `tree`, for the caller to remove. Directories of a Staging in
/// `target` are let stand.
void replace_tree(const std::filesystem::path& tree, const std::filesystem::path& target);

}  // namespace sm_train

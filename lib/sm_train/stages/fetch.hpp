#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "sm_train/aws/s3.hpp"
#include "sm_train/system/archive.hpp"
#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/tree_size.hpp"

namespace sm_train {

using OpenObject = std::function<S3Object(const S3Uri&, const S3Options&, const Interrupt&)>;

/// What becomes of what is in the code directory already.
enum class ExistingCode {
  overlay,  ///< it stays; directories are merged, anything else gives way to what is new
  keep,     ///< it stays as it is, and nothing is fetched; an empty directory is filled
  replace,  ///< it goes, once the new tree is whole
};

struct FetchOptions {
  ExistingCode existing_code = ExistingCode::overlay;
  TreeLimits limits;
  std::chrono::milliseconds timeout{0};  ///< for all of it; zero: none
  S3Options s3;
};

/// Puts the user's code into `code`: from `s3://bucket/key` (an archive, or a lone file),
/// `s3://bucket/prefix/` (the tree of all objects whose keys begin so), a local directory, a local archive,
/// or a local file, with or without `file://`.
///
/// What begins with an archive's bytes is unpacked, whatever its name; what does not, but is named like an
/// archive (.tar.gz, .zip ...), is an error; anything else is a lone file, and keeps its own name (of a key
/// the last segment).
///
/// What is in `code` already stays or goes as ExistingCode says. The new tree is made whole in a hidden
/// directory beside `code` (or inside, where `code` is a mount point) and only then moved, so that an error
/// leaves `code` as it was. `source` equal to `code` itself means that the code is there already.
///
/// Gives what came, or nothing where nothing had to.
///
/// Throws Error that names the source: usage (it is no such source, or a directory that holds `code` or lies
/// in it), no_input, bad_data, denied, unavailable (also where the timeout is over), cannot_create (also
/// where `code` is to be replaced, and something else is mounted in it), io; and what `interrupt` throws.
std::optional<TreeSize> fetch_code(const std::string& source, const std::filesystem::path& code,
                                   const FetchOptions& options = {}, const Interrupt& interrupt = {},
                                   const OpenObject& open_object = open_s3_object);

/// Unpacks the local file `source`, an archive of any kind that fetch_code knows, into the directory
/// `target`, and gives what came. What is in `target` already stays and is overlaid; the new tree is made
/// whole beside it and only then moved, as fetch_code does, so that an error leaves `target` as it was.
///
/// Throws Error that names the file: no_input, bad_data (also where it passes a limit), denied,
/// cannot_create, io; and what `interrupt` throws.
TreeSize extract_tar_file(const std::filesystem::path& source, const std::filesystem::path& target,
                          const TreeLimits& limits = {}, const Interrupt& interrupt = {});

/// Puts the bytes of the object `uri` (s3://bucket/key) into the file `destination`, or, where that is a
/// directory, into it under the key's last segment, and gives the file's path. A file that is there is
/// replaced by the whole new one or not at all; it may be a link, which is followed. Of `options` only the
/// timeout and S3's count.
///
/// Throws Error: as fetch_code of an S3 source does, and cannot_create where the directory of the file is not
/// there, or something else than a file is in its place.
std::filesystem::path download_file_from_s3(const std::string& uri, const std::filesystem::path& destination,
                                            const FetchOptions& options = {}, const Interrupt& interrupt = {},
                                            const OpenObject& open_object = open_s3_object);

}  // namespace sm_train

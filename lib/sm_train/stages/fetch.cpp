#include "sm_train/stages/fetch.hpp"

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <sys/stat.h>

#include <fmt/format.h>

#include "sm_train/aws/s3_tree.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/stages/code_directory.hpp"
#include "sm_train/stages/code_source.hpp"
#include "sm_train/stages/object_tree.hpp"
#include "sm_train/system/archive.hpp"
#include "sm_train/system/archive_format.hpp"
#include "sm_train/system/deadline.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/overlay.hpp"
#include "sm_train/system/progress.hpp"
#include "sm_train/system/staging.hpp"

namespace sm_train {

namespace fs = std::filesystem;

namespace {

std::string last_segment(const S3Uri& uri) {
  return uri.key.substr(uri.key.rfind('/') + 1);
}

struct CodeFile {
  const std::string& source;  ///< as the user gave it, for messages
  std::string name;
  mode_t mode;
};

void unpack_or_store(const ByteSource& bytes, const CodeFile& file, const fs::path& tree,
                     const TreeLimits& limits, const Interrupt& interrupt) {
  const auto [head, whole] = peek(bytes, archive_head_size);
  if (archive_format(head) != ArchiveFormat::none || has_archive_name(file.name))
    extract_archive(whole, file.source, tree, limits, interrupt);
  else
    write_new_file(tree / file.name, whole, file.mode, interrupt);
}

/// A tree that is whole goes where it belongs.
TreeSize place(const Staging& staging, const fs::path& code, ExistingCode existing_code) {
  const TreeSize size = tree_size(staging.tree());
  if (existing_code == ExistingCode::replace)
    replace_tree(staging.tree(), code);
  else
    place_tree(staging.tree(), code);
  return size;
}

/// What is damaged, or came of two objects, is got once more from the start.
template <typename Get>
auto get_once_more(const Get& get) {
  try {
    return get();
  } catch (const S3Mismatch& error) {
    log(LogLevel::warning, fmt::format("{} It is fetched once more.", error.failure().what));
  }
  return get();
}

/// Whether the damage that an archive shows was done on its way here is told at the end of its bytes, by
/// their checksum.
void read_to_end(const ByteSource& bytes) {
  constexpr std::size_t worth_reading = std::size_t{1} << 30U;
  try {
    for (std::size_t read = 0; read < worth_reading;) {
      const auto block = bytes();
      if (block.empty()) return;
      read += block.size();
    }
  } catch (const S3Mismatch&) {
    throw;
  } catch (const Error& error) {
    if (is_signal(error.failure().cause)) throw;
  }
}

void unpack_or_store_object(const ByteSource& bytes, const CodeFile& file, const fs::path& tree,
                            const TreeLimits& limits, const Interrupt& interrupt) {
  try {
    unpack_or_store(bytes, file, tree, limits, interrupt);
  } catch (const S3Mismatch&) {
    throw;
  } catch (const Error& error) {
    if (error.failure().cause == Cause::bad_data) read_to_end(bytes);
    throw;
  }
}

TreeSize fetch_object(const std::string& source, const S3Uri& uri, const fs::path& code,
                      const FetchOptions& options, const Interrupt& interrupt,
                      const OpenObject& open_object) {
  return get_once_more([&] {
    Progress progress(source);
    const S3Object object = open_object(uri, options.s3, interrupt);
    progress.expect(object.size);
    const Staging staging(code);
    const CodeFile file = {.source = source, .name = last_segment(uri), .mode = 0644};
    unpack_or_store_object(progress.count(object.bytes), file, staging.tree(), options.limits, interrupt);
    return place(staging, code, options.existing_code);
  });
}

TreeSize fetch_prefix(const std::string& source, const S3Uri& prefix, const fs::path& code,
                      const FetchOptions& options, const Interrupt& interrupt) {
  Progress progress(source);
  const Staging staging(code);
  ObjectTree tree(staging.tree(), source, options.limits);
  get_s3_objects(
      prefix,
      [&](const std::string& name, const ByteSource& bytes) { tree.add(name, progress.count(bytes)); },
      options.s3, interrupt);
  tree.finish(interrupt);
  return place(staging, code, options.existing_code);
}

struct stat status_of_source(const std::string& source, const fs::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0) return status;
  Failure failure = errno_failure(errno, Access::read, fmt::format("get the code from \"{}\"", source));
  if (failure.cause == Cause::no_input)
    failure.remedy =
        "Give s3://bucket/key, or the path of a directory, an archive or a file in the container.";
  throw Error(failure);
}

std::optional<TreeSize> fetch_local(const std::string& source, const fs::path& path, const fs::path& code,
                                    const FetchOptions& options, const Interrupt& interrupt) {
  const struct stat status = status_of_source(source, path);
  const fs::path from = canonical_path(path);
  if (S_ISDIR(status.st_mode)) {
    if (from == code) return std::nullopt;
    refuse_nested(source, from, code);
    const Staging staging(code);
    // A relative symlink that leads out of the source would lead elsewhere from the copy.
    copy_tree(from, staging.tree(), interrupt, Symlinks::follow);
    return place(staging, code, options.existing_code);
  }
  const ByteSource bytes = file_source(from);
  const Staging staging(code);
  Progress progress(source);
  progress.expect(static_cast<std::uint64_t>(status.st_size));
  const CodeFile file = {.source = source, .name = path.filename().native(), .mode = status.st_mode & 0777U};
  unpack_or_store(progress.count(bytes), file, staging.tree(), options.limits, interrupt);
  return place(staging, code, options.existing_code);
}

Failure late(const std::string& source, std::chrono::milliseconds limit) {
  return {.cause = Cause::unavailable,
          .what = fmt::format("{} was not fetched within {:g} s, and no more time is given to it", source,
                              std::chrono::duration<double>(limit).count()),
          .remedy = "Raise --fetch-timeout (0: no limit), or see what makes the source slow."};
}

/// The file that is to be made or replaced. Throws Error where it is none: a device is not for us to replace.
fs::path file_to_write(const std::string& uri, const fs::path& destination) {
  fs::path file = canonical_path(destination);
  const S3Uri from = std::get<S3Uri>(parse_code_source(uri));
  // A key may end in a slash, but then it names no file.
  if (from.key.empty() || (fs::is_directory(file) && is_s3_prefix(from)))
    throw Error({.cause = Cause::usage,
                 .what = fmt::format("{} names no object that could give a file its name", uri),
                 .remedy = "Write it as s3://bucket/key, or name the file."});
  if (fs::is_directory(file))
    file = canonical_path(file / last_segment(from));
  else if (!destination.has_filename())
    throw Error({.cause = Cause::cannot_create,
                 .what = fmt::format("{} is to be a directory, and is none", destination.native()),
                 .remedy = "Make it, or name the file without a slash at the end."});
  if (fs::exists(file) && !fs::is_regular_file(file))
    throw Error(
        {.cause = Cause::cannot_create,
         .what = fmt::format("{} is not a regular file, and {} is to be put there", file.native(), uri),
         .remedy = "Name another file."});
  return file;
}

}  // namespace

std::optional<TreeSize> fetch_code(const std::string& source, const fs::path& code,
                                   const FetchOptions& options, const Interrupt& interrupt,
                                   const OpenObject& open_object) {
  const CodeSource from = parse_code_source(source);
  const fs::path directory = code_directory(code);
  if (options.existing_code == ExistingCode::keep && holds_code(directory)) {
    log(LogLevel::info,
        fmt::format("{} has code in it, which is kept: nothing is fetched.", directory.native()));
    return std::nullopt;
  }
  if (options.existing_code == ExistingCode::replace) refuse_mounts(directory);
  const Interrupt in_time = with_deadline(interrupt, options.timeout, late(source, options.timeout));
  if (const auto* uri = std::get_if<S3Uri>(&from); uri != nullptr)
    return is_s3_prefix(*uri) ? fetch_prefix(source, *uri, directory, options, in_time)
                              : fetch_object(source, *uri, directory, options, in_time, open_object);
  return fetch_local(source, std::get<fs::path>(from), directory, options, in_time);
}

TreeSize extract_tar_file(const fs::path& source, const fs::path& target, const TreeLimits& limits,
                          const Interrupt& interrupt) {
  const ByteSource bytes = file_source(source);
  const fs::path directory = code_directory(target);
  const Staging staging(directory);
  extract_archive(bytes, source.native(), staging.tree(), limits, interrupt);
  return place(staging, directory, ExistingCode::overlay);
}

fs::path download_file_from_s3(const std::string& uri, const fs::path& destination,
                               const FetchOptions& options, const Interrupt& interrupt,
                               const OpenObject& open_object) {
  const S3Uri from = parse_s3_uri(uri);
  fs::path file = file_to_write(uri, destination);
  const Interrupt in_time = with_deadline(interrupt, options.timeout, late(uri, options.timeout));
  return get_once_more([&] {
    Progress progress(uri);
    const S3Object object = open_object(from, options.s3, in_time);
    progress.expect(object.size);
    // Not named as a Staging's is: the next one would remove it.
    const TempDir beside(file.parent_path(), ".download-");
    const fs::path whole = beside.path() / "object";
    write_new_file(whole, progress.count(object.bytes), 0644, in_time);
    if (::rename(whole.c_str(), file.c_str()) != 0)
      throw Error(errno_failure(errno, Access::write, "make " + file.native()));
    return file;
  });
}

}  // namespace sm_train

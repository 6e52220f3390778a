#include "sm_train/stages/fetch.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <sys/stat.h>
#include <system_error>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/stages/code_source.hpp"
#include "sm_train/system/archive.hpp"
#include "sm_train/system/archive_format.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/overlay.hpp"
#include "sm_train/system/staging.hpp"

namespace sm_train {

namespace fs = std::filesystem;

namespace {

struct CodeFile {
  const std::string& source;  ///< as the user gave it, for messages
  std::string name;
  mode_t mode;
};

void unpack_or_store(const ByteSource& bytes, const CodeFile& file, const fs::path& tree,
                     const Interrupt& interrupt) {
  const auto [head, whole] = peek(bytes, archive_head_size);
  if (archive_format(head) != ArchiveFormat::none || has_archive_name(file.name))
    extract_archive(whole, file.source, tree, interrupt);
  else
    write_new_file(tree / file.name, whole, file.mode, interrupt);
}

/// A tree that is whole goes where it belongs.
TreeSize place(const Staging& staging, const fs::path& code) {
  const TreeSize size = tree_size(staging.tree());
  place_tree(staging.tree(), code);
  return size;
}

TreeSize fetch_object(const std::string& source, const S3Uri& uri, const fs::path& code,
                      const FetchOptions& options, const Interrupt& interrupt,
                      const OpenObject& open_object) {
  const ByteSource bytes = open_object(uri, options.s3, interrupt).bytes;
  const Staging staging(code);
  const CodeFile file = {.source = source, .name = uri.key.substr(uri.key.rfind('/') + 1), .mode = 0644};
  unpack_or_store(bytes, file, staging.tree(), interrupt);
  return place(staging, code);
}

fs::path canonical_path(const fs::path& path) {
  std::error_code error;
  // Of a relative path that is not there it would keep the text.
  const fs::path absolute = fs::absolute(path, error);
  fs::path canonical = error ? fs::path() : fs::weakly_canonical(absolute, error);
  if (error) throw Error(errno_failure(error.value(), Access::read, "resolve " + path.native()));
  return canonical.has_filename() ? canonical : canonical.parent_path();
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

bool is_inside(const fs::path& path, const fs::path& directory) {
  return std::mismatch(directory.begin(), directory.end(), path.begin(), path.end()).first == directory.end();
}

void refuse_nested(const std::string& source, const fs::path& path, const fs::path& code) {
  if (!is_inside(path, code) && !is_inside(code, path)) return;
  throw Error(
      {.cause = Cause::usage,
       .what = fmt::format("the source of the code, \"{}\", and the code directory {} lie one in the other",
                           source, code.native()),
       .remedy = "Name the code directory itself, or a directory outside of it."});
}

std::optional<TreeSize> fetch_local(const std::string& source, const fs::path& path, const fs::path& code,
                                    const Interrupt& interrupt) {
  const struct stat status = status_of_source(source, path);
  const fs::path from = canonical_path(path);
  if (S_ISDIR(status.st_mode)) {
    if (from == code) return std::nullopt;
    refuse_nested(source, from, code);
    const Staging staging(code);
    // A relative symlink that leads out of the source would lead elsewhere from the copy.
    copy_tree(from, staging.tree(), interrupt, Symlinks::follow);
    return place(staging, code);
  }
  const ByteSource bytes = file_source(from);
  const Staging staging(code);
  const CodeFile file = {.source = source, .name = path.filename().native(), .mode = status.st_mode & 0777U};
  unpack_or_store(bytes, file, staging.tree(), interrupt);
  return place(staging, code);
}

/// A link is followed, and so may be `code` itself; a file in its place is not for us to remove.
fs::path code_directory(const fs::path& code) {
  fs::path directory = canonical_path(code);
  if (fs::exists(directory) && !fs::is_directory(directory))
    throw Error(
        {.cause = Cause::cannot_create,
         .what = fmt::format("{} is not a directory, and the code is to be put there", directory.native()),
         .remedy = "Remove it."});
  return directory;
}

}  // namespace

std::optional<TreeSize> fetch_code(const std::string& source, const fs::path& code,
                                   const FetchOptions& options, const Interrupt& interrupt,
                                   const OpenObject& open_object) {
  const CodeSource from = parse_code_source(source);
  const fs::path directory = code_directory(code);
  if (const auto* uri = std::get_if<S3Uri>(&from); uri != nullptr)
    return fetch_object(source, *uri, directory, options, interrupt, open_object);
  return fetch_local(source, std::get<fs::path>(from), directory, interrupt);
}

}  // namespace sm_train

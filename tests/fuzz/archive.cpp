// An archive of the user's code, which may be damaged or hostile.

#include "sm_train/system/archive.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>
#include <system_error>

#include "sm_train/system/files.hpp"
#include "support.hpp"

namespace fs = std::filesystem;

namespace sm_train::fuzz {

namespace {

constexpr std::string_view neighbour_text = "not of the archive";

/// What the seeds with an absolute name would write to.
const fs::path absolute_escape = "/tmp/sm-train-fuzz-escape";

/// Small blocks, so that the places where one ends are many.
ByteSource blocks_of(std::string_view bytes) {
  return [bytes]() mutable {
    const std::string_view block = bytes.substr(0, 100);
    bytes.remove_prefix(block.size());
    return block;
  };
}

void check_outside(const fs::path& directory, const fs::path& neighbour) {
  require(std::distance(fs::directory_iterator(directory), {}) == 2, "nothing appears beside the target");
  std::ifstream file(neighbour);
  require(std::string(std::istreambuf_iterator<char>(file), {}) == neighbour_text,
          "what is beside the target is not written to");
  require(fs::hard_link_count(neighbour) == 1, "what is beside the target is not linked to");
  require(!fs::exists(fs::symlink_status(absolute_escape)), "nothing appears at an absolute name");
}

bool is_below(const fs::path& path, const fs::path& root) {
  const fs::path relative = path.lexically_relative(root);
  return !relative.empty() && *relative.begin() != "..";
}

void check_symlink(const fs::path& link, const fs::path& root) {
  const fs::path target = fs::read_symlink(link);
  require(target.is_relative(), "a symlink is relative");
  std::error_code loop;
  const fs::path end = fs::weakly_canonical(link.parent_path() / target, loop);
  require(loop || is_below(end, root), "a symlink stays inside");
}

void check_entry(const fs::directory_entry& entry, const fs::path& root) {
  struct stat status = {};
  require(::lstat(entry.path().c_str(), &status) == 0, "an entry is there");
  require(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISLNK(status.st_mode),
          "an entry is a file, a directory or a symlink");
  require((status.st_mode & (S_ISUID | S_ISGID | S_ISVTX)) == 0, "an entry gives no rights of others");
  if (S_ISLNK(status.st_mode)) check_symlink(entry.path(), root);
}

}  // namespace

void check(std::string_view input) {
  const TempDir directory(scratch_parent());
  const fs::path target = fs::canonical(directory.path()) / "target";
  const fs::path neighbour = directory.path() / "neighbour";
  fs::create_directory(target);
  std::ofstream(neighbour) << neighbour_text;

  const auto refusal = refusal_of({Cause::bad_data, Cause::cannot_create, Cause::io},
                                  [&] { extract_archive(blocks_of(input), "code.tar", target); });
  check_outside(directory.path(), neighbour);
  if (refusal) return;  // what is there is removed by the caller
  for (const auto& entry :
       fs::recursive_directory_iterator(target, fs::directory_options::skip_permission_denied))
    check_entry(entry, target);
}

namespace {

constexpr std::size_t block_size = 512;
constexpr std::size_t checksum_offset = 148;
constexpr std::size_t checksum_size = 8;
constexpr std::size_t magic_offset = 257;
constexpr std::string_view magic = "ustar";

/// Gives each header of a tar its checksum, without which nothing behind it would be looked at.
void mend_checksums(std::uint8_t* bytes, std::size_t size) {
  for (std::uint8_t* block = bytes; size >= block_size; block += block_size, size -= block_size) {
    if (!std::equal(magic.begin(), magic.end(), block + magic_offset)) continue;
    std::uint8_t* checksum = block + checksum_offset;
    std::fill_n(checksum, checksum_size, std::uint8_t{' '});
    unsigned sum = 0;
    for (std::size_t i = 0; i < block_size; ++i) sum += block[i];
    std::snprintf(reinterpret_cast<char*>(checksum), checksum_size, "%06o", sum);
  }
}

}  // namespace

}  // namespace sm_train::fuzz

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t max_size,
                                               unsigned /*seed*/) {
  const std::size_t mutated = LLVMFuzzerMutate(bytes, size, max_size);
  sm_train::fuzz::mend_checksums(bytes, mutated);
  return mutated;
}

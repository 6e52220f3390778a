#include "sm_train/stages/mpi_files.hpp"

#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"
#include "support/trees.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

/// What is said to `path`, which is there already.
void check_denied(const fs::path& path) {
  const auto failure = failure_of([&] { const SharedDirectory shared(path); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::denied);
  CHECK(contains(failure->what, path.native()));
}

}  // namespace

TEST_CASE("the directory that hosts share is made for its user alone, and removed with all that is in it") {
  const TempDir directory;
  const mode_t old_mask = umask(0);
  std::optional<SharedDirectory> shared(std::in_place, directory.path() / "above/shared");
  umask(old_mask);
  CHECK(shared->path() == directory.path() / "above/shared");
  CHECK(tree_of(directory.path())["above/shared"] == "dir 0700");
  put_file(shared->path() / "below/file", "text");
  shared.reset();
  CHECK_FALSE(fs::exists(directory.path() / "above/shared"));
  CHECK(fs::exists(directory.path() / "above"));
}

TEST_CASE("the directory is kept where it was there, and ours alone") {
  const TempDir directory;
  const fs::path path = directory.path() / "shared";
  REQUIRE(mkdir(path.c_str(), 0700) == 0);
  put_file(path / "file", "text");
  { const SharedDirectory shared(path); }
  CHECK(content_of(path / "file") == "text");
}

TEST_CASE("a directory that others can read or write is refused, and kept") {
  const mode_t mode = GENERATE(as<mode_t>{}, 0755, 0750, 0740, 0770, 0701, 0777, 01777);
  const TempDir directory;
  const fs::path path = directory.path() / "shared";
  fs::create_directory(path);
  REQUIRE(chmod(path.c_str(), mode) == 0);
  check_denied(path);
  CHECK(fs::exists(path));
}

TEST_CASE("what is no directory, or leads elsewhere, is refused, and kept") {
  const TempDir directory;
  const fs::path path = directory.path() / "shared";
  SECTION("a file") {
    write_in(directory, "shared", "text", 0600);
  }
  SECTION("a link to a directory of ours") {
    REQUIRE(mkdir((directory.path() / "other").c_str(), 0700) == 0);
    fs::create_directory_symlink(directory.path() / "other", path);
  }
  SECTION("a link that leads nowhere") {
    fs::create_symlink("nowhere", path);
  }
  check_denied(path);
  CHECK(fs::exists(fs::symlink_status(path)));
}

TEST_CASE("a directory of another user is refused, and kept") {
  if (geteuid() != 0) return;
  constexpr uid_t nobody = 65534;
  const TempDir directory;
  const fs::path path = directory.path() / "shared";
  REQUIRE(mkdir(path.c_str(), 0700) == 0);
  REQUIRE(chown(path.c_str(), nobody, nobody) == 0);
  check_denied(path);
  CHECK(fs::exists(path));
}

TEST_CASE("a directory that cannot be made is told with its path") {
  const TempDir directory;
  const fs::path path = write_in(directory, "file", "text") / "shared";
  const auto failure = failure_of([&] { const SharedDirectory shared(path); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::cannot_create);
  CHECK(contains(failure->what, path.native()));
}

TEST_CASE("the library of host names is written for its user alone, as one that can be loaded") {
  const TempDir directory;
  CHECK(write_gethostname_library(directory.path()) == directory.path() / "gethostname.so");
  CHECK(
      tree_of(directory.path())["gethostname.so"].starts_with("file 0600 \x7F"
                                                              "ELF"));
}

#include "sm_train/system/files.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "catch.hpp"
#include "support/as_nobody.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

TEST_CASE("a file is read whole, and one that is too large is refused") {
  const TempDir directory;
  const fs::path file = directory.path() / "f";
  const std::string content = std::string(300000, 'x') + std::string("\0y", 2);
  put_file(file, content);
  CHECK(read_file(file) == content);
  CHECK(read_file(file, content.size()) == content);
  const auto failure = failure_of([&] { read_file(file, content.size() - 1); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::bad_data);
  CHECK(contains(failure->what, file.native()));
}

TEST_CASE("what cannot be read is told by its path and its cause") {
  const TempDir directory;
  const auto missing = failure_of([&] { read_file(directory.path() / "missing"); });
  REQUIRE(missing.has_value());
  CHECK(missing->cause == Cause::no_input);
  CHECK(contains(missing->what, (directory.path() / "missing").native()));

  const auto is_directory = failure_of([&] { read_file(directory.path()); });
  REQUIRE(is_directory.has_value());
  CHECK(contains(is_directory->what, "is a directory"));
}

TEST_CASE("a FIFO is refused, and not waited for") {
  const TempDir directory;
  const fs::path fifo = directory.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto failure = failure_of([&] { file_source(fifo); });
  REQUIRE(failure.has_value());
  CHECK(contains(failure->what, "is a FIFO"));
}

TEST_CASE("an errno has its cause by what was being done") {
  CHECK(errno_failure(ENOENT, Access::read, "read x").cause == Cause::no_input);
  CHECK(errno_failure(ENOENT, Access::write, "make x").cause == Cause::cannot_create);
  CHECK(errno_failure(EACCES, Access::read, "read x").cause == Cause::denied);
  CHECK(errno_failure(EROFS, Access::write, "make x").cause == Cause::cannot_create);
  CHECK(errno_failure(ENOSPC, Access::write, "write x").cause == Cause::io);
  CHECK(errno_failure(EIO, Access::read, "read x").cause == Cause::io);
  CHECK(errno_failure(EIO, Access::read, "read x").what == "cannot read x: Input/output error");
}

TEST_CASE("a file is written whole, with its mode, in place of an old one") {
  const TempDir directory;
  put_file(directory.path() / "f", "old");
  const mode_t before = ::umask(077);
  write_file_atomically(directory.path() / "f", "new", 0664);
  ::umask(before);
  CHECK(tree_of(directory.path()) == Tree{{"f", "file 0664 new"}});
}

TEST_CASE("a write that cannot be finished leaves the old file, and no other") {
  const TempDir directory;
  put_file(directory.path() / "d/f", "old");
  const auto failure = failure_of([&] { write_file_atomically(directory.path() / "d", "new"); });
  REQUIRE(failure.has_value());
  CHECK(contains(failure->what, (directory.path() / "d").native()));
  CHECK(tree_of(directory.path()) == Tree{{"d", "dir 0755"}, {"d/f", "file 0644 old"}});

  const auto no_parent = failure_of([&] { write_file_atomically(directory.path() / "no/f", "new"); });
  REQUIRE(no_parent.has_value());
  CHECK(no_parent->cause == Cause::cannot_create);
}

TEST_CASE("a temporary directory removes itself with all that is in it") {
  const TempDir outer;
  ::chmod(outer.path().c_str(), 0755);
  fs::create_directory(outer.path() / "own");
  const AsNobody nobody(outer.path() / "own");  // whom a mode of 0 stops, as it does not stop root
  fs::path path;
  {
    const TempDir directory(outer.path() / "own");
    path = directory.path();
    put_file(path / "a/b/f", "x");
    fs::permissions(path / "a/b", fs::perms::owner_read | fs::perms::owner_exec);
    fs::permissions(path / "a", fs::perms::none);
    CHECK(fs::status(path).permissions() == fs::perms::owner_all);
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("removing a tree does not follow its symlinks") {
  const TempDir directory;
  put_file(directory.path() / "keep/f", "x");
  fs::create_directory(directory.path() / "tree");
  fs::create_directory_symlink("../keep", directory.path() / "tree/link");
  CHECK(remove_tree(directory.path() / "tree"));
  CHECK(fs::exists(directory.path() / "keep/f"));
  CHECK(remove_tree(directory.path() / "not there"));
}

TEST_CASE("a tree is copied with its modes, times and symlinks") {
  const TempDir directory;
  const fs::path from = directory.path() / "from";
  put_file(from / "d/f", "x");
  fs::create_symlink("/nowhere", from / "l");
  ::chmod((from / "d/f").c_str(), 04711);
  fs::last_write_time(from / "d/f", fs::file_time_type::clock::now() - std::chrono::hours(48));
  ::chmod((from / "d").c_str(), 0500);
  fs::create_directory(directory.path() / "to");
  copy_tree(from, directory.path() / "to");
  CHECK(tree_of(directory.path() / "to") ==
        Tree{{"d", "dir 0500"}, {"d/f", "file 0711 x"}, {"l", "link /nowhere"}});
  CHECK(fs::last_write_time(directory.path() / "to/d/f") == fs::last_write_time(from / "d/f"));
}

TEST_CASE("a symlink that is followed becomes a copy of what it leads to") {
  const TempDir directory;
  const fs::path from = directory.path() / "from";
  put_file(directory.path() / "shared/util.py", "x");
  put_file(from / "train.py", "y");
  fs::create_directory_symlink("../shared", from / "lib");
  fs::create_symlink("train.py", from / "main.py");
  fs::create_directory(directory.path() / "to");
  copy_tree(from, directory.path() / "to", {}, Symlinks::follow);
  CHECK(tree_of(directory.path() / "to") == Tree{{"lib", "dir 0755"},
                                                 {"lib/util.py", "file 0644 x"},
                                                 {"main.py", "file 0644 y"},
                                                 {"train.py", "file 0644 y"}});
}

TEST_CASE("a symlink that cannot be followed is named") {
  const TempDir directory;
  const fs::path link = directory.path() / "from/d/link";
  fs::create_directories(link.parent_path());
  fs::create_directory(directory.path() / "to");
  Cause cause = Cause::internal;
  SECTION("to nothing") {
    fs::create_symlink("nothing", link);
    cause = Cause::no_input;
  }
  SECTION("to a directory that it lies in") {
    fs::create_directory_symlink("..", link);
    cause = Cause::bad_data;
  }
  const auto failure = failure_of(
      [&] { copy_tree(directory.path() / "from", directory.path() / "to", {}, Symlinks::follow); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == cause);
  CHECK(contains(failure->what, link.native() + " is a symlink to "));
}

TEST_CASE("what is no file, directory or symlink is not copied, and named") {
  const TempDir directory;
  fs::create_directories(directory.path() / "from/d");
  fs::create_directory(directory.path() / "to");
  const fs::path special = directory.path() / "from/d/special";
  std::string kind;
  SECTION("a FIFO") {
    REQUIRE(::mkfifo(special.c_str(), 0600) == 0);
    kind = "a FIFO";
  }
  SECTION("a socket") {
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, special.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    kind = "a socket";
  }
  const auto failure = failure_of([&] { copy_tree(directory.path() / "from", directory.path() / "to"); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::bad_data);
  CHECK(contains(failure->what, special.native() + " is " + kind));
}

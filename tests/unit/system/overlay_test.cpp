#include "sm_train/system/overlay.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "catch.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/staging.hpp"
#include "support/as_nobody.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

TEST_CASE("a tree is laid over another: directories merged, the rest replaced") {
  const TempDir directory;
  const fs::path tree = directory.path() / "tree";
  const fs::path onto = directory.path() / "onto";
  put_file(onto / "keep", "old");
  put_file(onto / "both", "old");
  put_file(onto / "d/keep", "old");
  put_file(onto / "d/both", "old");
  put_file(onto / "dir-to-file/f", "old");
  put_file(onto / "file-to-dir", "old");
  put_file(directory.path() / "elsewhere/f", "old");
  fs::create_directory_symlink("../elsewhere", onto / "link-to-dir");
  put_file(tree / "both", "new");
  put_file(tree / "d/both", "new");
  put_file(tree / "d/only/new", "new");
  put_file(tree / "dir-to-file", "new");
  put_file(tree / "file-to-dir/f", "new");
  put_file(tree / "link-to-dir/f", "new");
  ::chmod((tree / "d").c_str(), 0700);

  overlay_tree(tree, onto);
  CHECK(tree_of(onto) == Tree{{"keep", "file 0644 old"},
                              {"both", "file 0644 new"},
                              {"d", "dir 0700"},
                              {"d/keep", "file 0644 old"},
                              {"d/both", "file 0644 new"},
                              {"d/only", "dir 0755"},
                              {"d/only/new", "file 0644 new"},
                              {"dir-to-file", "file 0644 new"},
                              {"file-to-dir", "dir 0755"},
                              {"file-to-dir/f", "file 0644 new"},
                              {"link-to-dir", "dir 0755"},
                              {"link-to-dir/f", "file 0644 new"}});
  CHECK(content_of(directory.path() / "elsewhere/f") == "old");
}

TEST_CASE("an overlay that fails half way leaves the target as it was") {
  const TempDir directory;
  const fs::path tree = directory.path() / "tree";
  // So long that the last name of the tree makes a path that no system call takes.
  fs::path onto = directory.path();
  while (onto.native().size() < 3800) onto /= std::string(150, 'd');
  put_file(onto / "a", "old");
  put_file(onto / "d/f", "old");
  put_file(onto / "e/f", "old");
  put_file(onto / "g", "old");
  ::chmod((onto / "d").c_str(), 0711);
  const Tree before = tree_of(onto);
  put_file(tree / "a", "new");
  put_file(tree / "b/f", "new");
  put_file(tree / "d/f", "new");
  put_file(tree / "e", "new");
  put_file(tree / "g/f", "new");
  put_file(tree / std::string(250, 'z') / "f", "new");

  const auto failure = failure_of([&] { overlay_tree(tree, onto); });
  REQUIRE(failure.has_value());
  CHECK(contains(failure->what, "zzz"));
  CHECK(tree_of(onto) == before);
}

TEST_CASE("a target on another file system is filled by copying") {
  const fs::path shared_memory = "/dev/shm";
  std::error_code error;
  const TempDir directory;
  const TempDir other(fs::is_directory(shared_memory, error) ? shared_memory : directory.path());
  struct stat here = {};
  struct stat there = {};
  REQUIRE(::stat(directory.path().c_str(), &here) == 0);
  REQUIRE(::stat(other.path().c_str(), &there) == 0);
  if (here.st_dev == there.st_dev) WARN("/dev/shm is no file system of its own here: nothing is copied");
  put_file(directory.path() / "tree/d/f", "new");
  put_file(directory.path() / "tree/g", "new");
  fs::create_symlink("g", directory.path() / "tree/l");
  ::chmod((directory.path() / "tree/d").c_str(), 0500);
  put_file(other.path() / "g/old", "old");
  put_file(other.path() / "l", "old");
  overlay_tree(directory.path() / "tree", other.path());
  CHECK(tree_of(other.path()) ==
        Tree{{"d", "dir 0500"}, {"d/f", "file 0644 new"}, {"g", "file 0644 new"}, {"l", "link g"}});
}

TEST_CASE("who is not root can overlay directories without write permission, and keeps those of others") {
  const TempDir directory;
  const AsNobody nobody(directory.path());
  const fs::path tree = directory.path() / "tree";
  const fs::path onto = directory.path() / "onto";
  put_file(onto / "d/old", "x");
  put_file(tree / "d/new", "x");
  put_file(tree / "e/f", "x");
  for (const char* path : {"tree/d", "tree/e", "onto/d"}) ::chmod((directory.path() / path).c_str(), 0500);
  overlay_tree(tree, onto);
  CHECK(tree_of(onto) == Tree{{"d", "dir 0500"},
                              {"d/old", "file 0644 x"},
                              {"d/new", "file 0644 x"},
                              {"e", "dir 0500"},
                              {"e/f", "file 0644 x"}});
}

TEST_CASE("a target that is the working directory stays itself") {
  const TempDir directory;
  const fs::path target = directory.path() / "code";
  const fs::path before = fs::current_path();
  put_file(directory.path() / "tree/f", "x");
  fs::create_directory(target);
  fs::current_path(target);
  place_tree(directory.path() / "tree", target);
  const bool is_there = fs::exists("f");
  fs::current_path(before);
  CHECK(is_there);
}

namespace {

ino_t inode(const fs::path& path) {
  struct stat status = {};
  ::stat(path.c_str(), &status);
  return status.st_ino;
}

struct Replacing {
  TempDir directory;
  fs::path tree = directory.path() / "tree";
  fs::path target = directory.path() / "code";
  fs::path before = fs::current_path();

  Replacing() {
    put_file(tree / "both", "new");
    put_file(tree / "d/new", "new");
    put_file(target / "both", "old");
    put_file(target / "d/old", "old");
    put_file(target / "only", "old");
    fs::create_directory_symlink("/", target / "link");
    ::chmod((target / "d").c_str(), 0500);
    ::chmod(target.c_str(), 0711);
  }
  Replacing(const Replacing&) = delete;
  Replacing& operator=(const Replacing&) = delete;
  Replacing(Replacing&&) = delete;
  Replacing& operator=(Replacing&&) = delete;
  ~Replacing() { fs::current_path(before); }
};

const Tree replaced = {{"both", "file 0644 new"}, {"d", "dir 0755"}, {"d/new", "file 0644 new"}};

}  // namespace

TEST_CASE("a tree takes the place of another in one step, and that is the caller's to remove then") {
  const Replacing files;
  const ino_t before = inode(files.tree);
  replace_tree(files.tree, files.target);
  CHECK(inode(files.target) == before);
  CHECK(tree_of(files.target) == replaced);
  CHECK(tree_of(files.directory.path()).at("code") == "dir 0711");
  CHECK(content_of(files.tree / "only") == "old");
}

TEST_CASE("a working directory that is replaced stays itself, and what others stage in it stands") {
  const Replacing files;
  put_file(files.target / ".sm-train-other/tree/f", "staged");
  fs::current_path(files.target);
  replace_tree(files.tree, files.target);
  CHECK(content_of("both") == "new");
  Tree expected = replaced;
  expected[".sm-train-other"] = "dir 0755";
  expected[".sm-train-other/tree"] = "dir 0755";
  expected[".sm-train-other/tree/f"] = "file 0644 staged";
  CHECK(tree_of(files.target) == expected);
}

TEST_CASE("who is not root replaces directories without write permission too") {
  const TempDir directory;
  const AsNobody nobody(directory.path());
  const fs::path tree = directory.path() / "tree";
  const fs::path target = directory.path() / "code";
  put_file(tree / "d/new", "new");
  put_file(target / "d/old", "old");
  for (const fs::path& path : {tree, target}) ::chmod((path / "d").c_str(), 0500);
  const fs::path before = fs::current_path();
  if (GENERATE(true, false)) fs::current_path(target);
  replace_tree(tree, target);
  fs::current_path(before);
  CHECK(tree_of(target) == Tree{{"d", "dir 0500"}, {"d/new", "file 0644 new"}});
}

TEST_CASE("an absent or empty target that is to be replaced is made") {
  const Replacing files;
  fs::remove_all(files.target);
  if (GENERATE(true, false)) fs::create_directory(files.target);
  replace_tree(files.tree, files.target);
  CHECK(tree_of(files.target) == replaced);
  CHECK_FALSE(fs::exists(files.tree));
}

TEST_CASE("a replacement that fails half way leaves the target as it was") {
  const Replacing files;
  fs::path onto = files.directory.path();
  while (onto.native().size() < 3800) onto /= std::string(150, 'd');
  fs::create_directories(onto.parent_path());
  fs::rename(files.target, onto);
  put_file(files.tree / std::string(250, 'z') / "f", "new");
  const Tree before = tree_of(onto);
  fs::current_path(onto);  // so that the two are not just exchanged
  const auto failure = failure_of([&] { replace_tree(files.tree, onto); });
  REQUIRE(failure.has_value());
  CHECK(contains(failure->what, "zzz"));
  CHECK(tree_of(onto) == before);
}

TEST_CASE("staging stands beside its target, and removes itself and what a killed process left") {
  const TempDir directory;
  const fs::path target = directory.path() / "made/code";
  put_file(directory.path() / "made/.sm-train-killed/tree/f", "x");
  {
    const Staging staging(target);
    const Staging other(target);
    CHECK(staging.tree().parent_path().parent_path() == directory.path() / "made");
    CHECK(staging.tree().parent_path().filename().native().starts_with(".sm-train-"));
    CHECK(fs::is_directory(staging.tree()));  // the other one, made later, let it stand
    CHECK_FALSE(fs::exists(directory.path() / "made/.sm-train-killed"));
  }
  CHECK(tree_of(directory.path()) == Tree{{"made", "dir 0755"}});
}

TEST_CASE("parents that staging made go with it where nothing came into them") {
  const TempDir directory;
  const fs::path target = directory.path() / "a/b/code";
  { const Staging staging(target); }
  CHECK(tree_of(directory.path()).empty());
  put_file(directory.path() / "file", "x");
  const auto failure = failure_of([&] { const Staging staging(directory.path() / "file/b/code"); });
  REQUIRE(failure.has_value());
  CHECK(contains(failure->what, (directory.path() / "file/b").native()));
  {
    const Staging staging(target);
    put_file(staging.tree() / "f", "x");
    place_tree(staging.tree(), target);
  }
  CHECK(content_of(target / "f") == "x");
}

TEST_CASE("staging stands inside its target where nothing can be made beside it") {
  const TempDir directory;
  const fs::path target = directory.path() / "closed/code";
  fs::create_directories(target);
  ::chmod(directory.path().c_str(), 0755);
  ::chmod((directory.path() / "closed").c_str(), 0555);
  const AsNobody nobody(target);
  {
    const Staging staging(target);
    CHECK(staging.tree().parent_path().parent_path() == target);
    put_file(staging.tree() / "f", "x");
    place_tree(staging.tree(), target);
  }
  CHECK(tree_of(target) == Tree{{"f", "file 0644 x"}});
  {
    const Staging staging(target);
    put_file(staging.tree() / "g", "x");
    replace_tree(staging.tree(), target);
  }
  CHECK(tree_of(target) == Tree{{"g", "file 0644 x"}});
}

TEST_CASE("what an absent or empty target gets is the tree itself, with the target's mode") {
  const TempDir directory;
  const fs::path target = directory.path() / "code";
  put_file(directory.path() / "tree/f", "x");
  if (GENERATE(true, false)) {
    fs::create_directory(target);
    ::chmod(target.c_str(), 0711);
  } else {
    ::chmod((directory.path() / "tree").c_str(), 0711);
  }
  const ino_t before = inode(directory.path() / "tree");
  place_tree(directory.path() / "tree", target);
  CHECK(inode(target) == before);
  CHECK(tree_of(directory.path()) == Tree{{"code", "dir 0711"}, {"code/f", "file 0644 x"}});
}

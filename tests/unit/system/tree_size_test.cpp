#include "sm_train/system/tree_size.hpp"

#include "catch.hpp"
#include "sm_train/system/files.hpp"
#include "support/as_nobody.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

TEST_CASE("a tree's size counts its files and their bytes, and follows no symlink") {
  const TempDir directory;
  put_file(directory.path() / "elsewhere/large", std::string(1000, 'x'));
  const fs::path tree = directory.path() / "tree";
  put_file(tree / "a", "12345");
  put_file(tree / "d/e/b", "678");
  fs::create_directory(tree / "empty");
  fs::create_directory_symlink("../elsewhere", tree / "link");
  fs::create_symlink("nowhere", tree / "dangling");
  const TreeSize size = tree_size(tree);
  CHECK(size.files == 4);
  CHECK(size.bytes == 8);
  CHECK(tree_size(directory.path() / "missing").files == 0);
}

TEST_CASE("a directory that is closed to us is left out of a tree's size") {
  const TempDir directory;
  const AsNobody nobody(directory.path());
  put_file(directory.path() / "closed/a", "12345");
  put_file(directory.path() / "open/b", "678");
  ::chmod((directory.path() / "closed").c_str(), 0);
  const TreeSize size = tree_size(directory.path());
  CHECK(size.files == 1);
  CHECK(size.bytes == 3);
}

#include "sm_train/system/tree_watch.hpp"

#include <algorithm>
#include <poll.h>

#include "catch.hpp"
#include "sm_train/system/files.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

Names sorted(Names names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool has_news(const TreeWatch& watch) {
  pollfd wanted = {.fd = watch.fd(), .events = POLLIN, .revents = 0};
  return ::poll(&wanted, 1, 0) == 1;
}

}  // namespace

TEST_CASE("a file is news when it is closed after writing, and not before") {
  const TempDir directory;
  TreeWatch watch(directory.path());
  std::ofstream file(directory.path() / "a");
  file << "text" << std::flush;
  CHECK(watch.take().closed.empty());
  file.close();
  CHECK(has_news(watch));
  CHECK(watch.take().closed == Names{"a"});
  CHECK_FALSE(has_news(watch));
  std::ifstream(directory.path() / "a").get();
  CHECK(watch.take().closed.empty());
}

TEST_CASE("what lies in a directory that is new is found, and then watched") {
  const TempDir directory;
  TreeWatch watch(directory.path());
  put_file(directory.path() / "deep/er/a", "");
  const auto news = watch.take();
  CHECK(news.found == Names{"deep/er/a"});
  put_file(directory.path() / "deep/er/b", "");
  CHECK(watch.take().closed == Names{"deep/er/b"});
}

TEST_CASE("what is moved or linked into place is there") {
  const TempDir directory;
  put_file(directory.path() / "tree/before", "");
  put_file(directory.path() / "elsewhere/sub/a", "");
  TreeWatch watch(directory.path() / "tree");
  fs::rename(directory.path() / "tree/before", directory.path() / "tree/after");
  fs::rename(directory.path() / "elsewhere/sub", directory.path() / "tree/sub");
  fs::create_hard_link(directory.path() / "tree/after", directory.path() / "tree/linked");
  fs::create_symlink("after", directory.path() / "tree/symlink");
  const auto news = watch.take();
  CHECK(sorted(news.closed) == Names{"after", "linked"});
  CHECK(news.found == Names{"sub/a"});
}

TEST_CASE("a directory that moves tells its files by its new path") {
  const TempDir directory;
  fs::create_directories(directory.path() / "a/b");
  TreeWatch watch(directory.path());
  fs::rename(directory.path() / "a", directory.path() / "c");
  watch.take();
  put_file(directory.path() / "c/b/file", "");
  CHECK(watch.take().closed == Names{"c/b/file"});
}

TEST_CASE("a directory that has moved away, or gone, tells nothing") {
  const TempDir directory;
  fs::create_directories(directory.path() / "tree/a");
  TreeWatch watch(directory.path() / "tree");
  fs::rename(directory.path() / "tree/a", directory.path() / "away");
  watch.take();
  put_file(directory.path() / "away/file", "");
  CHECK(watch.take().closed.empty());
  fs::create_directory(directory.path() / "tree/b");
  watch.take();
  fs::remove(directory.path() / "tree/b");
  watch.take();
  CHECK(watch.is_complete());
}

TEST_CASE("all files are those that are there, links and FIFOs left out") {
  const TempDir directory;
  put_file(directory.path() / "a", "");
  put_file(directory.path() / "deep/b", "");
  fs::create_directory_symlink(".", directory.path() / "loop");
  TreeWatch watch(directory.path());
  CHECK(sorted(watch.all_files()) == Names{"a", "deep/b"});
}

TEST_CASE("a root that is removed and made again is not complete until it is looked at") {
  const TempDir directory;
  fs::create_directory(directory.path() / "tree");
  TreeWatch watch(directory.path() / "tree");
  fs::remove(directory.path() / "tree");
  watch.take();
  CHECK_FALSE(watch.is_complete());
  put_file(directory.path() / "tree/a", "");
  CHECK(watch.all_files() == Names{"a"});
  CHECK(watch.is_complete());
  put_file(directory.path() / "tree/b", "");
  CHECK(watch.take().closed == Names{"b"});
}

TEST_CASE("a root that is a symlink is not followed") {
  const TempDir directory;
  put_file(directory.path() / "elsewhere/secret", "");
  fs::create_directory_symlink("elsewhere", directory.path() / "tree");
  TreeWatch watch(directory.path() / "tree");
  CHECK(watch.all_files().empty());
}

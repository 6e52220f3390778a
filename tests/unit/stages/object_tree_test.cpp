#include "sm_train/stages/object_tree.hpp"

#include <csignal>
#include <stdexcept>
#include <string>
#include <sys/resource.h>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

ByteSource broken_after(const std::string& bytes) {
  return [source = source_of(bytes), given = false]() mutable -> std::string_view {
    if (std::exchange(given, true)) throw std::runtime_error("broken");
    return source();
  };
}

bool names_once(const std::string& what, const std::string& source) {
  return what.find(source) != std::string::npos && what.find(source) == what.rfind(source);
}

Failure refusal(ObjectTree& tree, const std::string& name, const std::string& content = "x") {
  const auto failure = failure_of([&] { tree.add(name, source_of(content)); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::bad_data);
  CHECK(names_once(failure->what, "s3://b/p/"));
  return *failure;
}

/// For as long as it lives no file of this process grows beyond so many bytes.
class LargestFile {
 public:
  explicit LargestFile(rlim_t size) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {.rlim_cur = size, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  LargestFile(const LargestFile&) = delete;
  LargestFile& operator=(const LargestFile&) = delete;
  LargestFile(LargestFile&&) = delete;
  LargestFile& operator=(LargestFile&&) = delete;
  ~LargestFile() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_ = {};
};

}  // namespace

TEST_CASE("objects become files, and those whose names end in a slash directories") {
  const TempDir directory;
  ObjectTree tree(directory.path(), "s3://b/p/", {});
  tree.add("a.py", source_of("1"));
  tree.add("pkg/", source_of(""));
  tree.add("pkg/deep/b.py", source_of("2"));
  tree.finish();
  CHECK(tree_of(directory.path()) == Tree{{"a.py", "file 0644 1"},
                                          {"pkg", "dir 0755"},
                                          {"pkg/deep", "dir 0755"},
                                          {"pkg/deep/b.py", "file 0644 2"}});
}

TEST_CASE("a name that leads out, or holds a zero byte, is refused") {
  const TempDir directory;
  ObjectTree tree(directory.path(), "s3://b/p/", {});
  for (const auto& name : {std::string("../x"), std::string("a/../../x"), std::string("/etc/x"),
                           std::string("..\0/x", 5), std::string("a\0b", 3)})
    CHECK(refusal(tree, name).what.find("is refused") != std::string::npos);
  CHECK(tree_of(directory.path()).empty());
}

TEST_CASE("a name that a file system takes for another object's is refused") {
  const TempDir directory;
  ObjectTree tree(directory.path(), "s3://b/p/", {});
  for (const char* name : {"a//b", "a/./b", "./b", "a/."})
    CHECK(refusal(tree, name).what.find("empty or a dot") != std::string::npos);
}

TEST_CASE("an object that is added once more counts once") {
  const TempDir directory;
  ObjectTree tree(directory.path(), "s3://b/p/", {.max_entries = 2, .max_bytes = 10});
  CHECK_THROWS_WITH(tree.add("a", broken_after("12345678")), "broken");
  tree.add("a", source_of("12345678"));
  CHECK(refusal(tree, "b", "901").what.find("more than 10 bytes") != std::string::npos);
  tree.add("b", source_of("90"));
  CHECK(refusal(tree, "c", "").what.find("more than 2 entries") != std::string::npos);
}

TEST_CASE("where the file system takes no more, prefix and object are named once") {
  const TempDir directory;
  ObjectTree tree(directory.path(), "s3://b/p/", {});
  const LargestFile limit(10);
  const auto failure = failure_of([&] { tree.add("a.py", source_of("0123456789more", 4)); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::io);
  CHECK(names_once(failure->what, "s3://b/p/"));
  CHECK(names_once(failure->what, "a.py"));
}

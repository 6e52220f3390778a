#include "sm_train/stages/object_tree.hpp"

#include <stdexcept>
#include <string>

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

Failure refusal(ObjectTree& tree, const std::string& name, const std::string& content = "x") {
  const auto failure = failure_of([&] { tree.add(name, source_of(content)); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::bad_data);
  return *failure;
}

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

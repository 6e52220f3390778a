#include "sm_train/system/tree_writer.hpp"

#include <string>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

constexpr std::size_t max_remembered_bytes = 100'000;

template <typename Act>
void check_refused(const Act& act, const std::string& entry) {
  const auto failure = failure_of(act);
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::bad_data);
  CHECK(contains(failure->what, "s3://b/code.tar: "));
  CHECK(contains(failure->what, "more than 100000 bytes"));
  CHECK(contains(failure->what, "\"" + entry + "\""));
  CHECK(contains(failure->remedy, "Leave out directories and symlinks"));
}

/// 16 directories, one in the other, whose own names are so many of this letter.
std::string deep(char letter) {
  std::string name(200, letter);
  for (int depth = 1; depth < 16; ++depth) name += "/" + std::string(200, letter);
  return name;
}

}  // namespace

TEST_CASE("symlinks and directories are refused where they are more than may be remembered, and files not") {
  const TempDir directory;
  TreeWriter writer(directory.path(), "s3://b/code.tar", "Mend it.", max_remembered_bytes);
  writer.add_directory(deep('a'), {});
  std::size_t bytes = 0;
  for (std::size_t depth = 1; depth <= 16; ++depth) bytes += 201 * depth - 1;

  const std::string target(4000, 'x');
  int links = 0;
  while (bytes + std::to_string(links).size() + target.size() <= max_remembered_bytes) {
    const std::string name = std::to_string(links++);
    writer.add_symlink(name, target, {});
    bytes += name.size() + target.size();
  }
  const std::string last = std::to_string(links);
  check_refused([&] { writer.add_symlink(last, target, {}); }, last);
  check_refused([&] { writer.add_directory(deep('b'), {}); }, deep('b'));
  check_refused([&] { writer.add_file(deep('c') + "/f"); }, deep('c') + "/f");

  // What comes again is remembered once.
  for (int times = 0; times < 3; ++times) {
    CHECK_NOTHROW(writer.add_symlink("0", target, {}));
    CHECK_NOTHROW(writer.add_directory(deep('a'), {}));
    CHECK_NOTHROW(writer.add_file(deep('a') + "/f"));
  }
}

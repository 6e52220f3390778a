#include <string>

#include "catch.hpp"
#include "sm_train/stages/fetch.hpp"
#include "sm_train/system/files.hpp"
#include "support/interrupter.hpp"
#include "support/tar_writer.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

const std::string plain = tar({{.name = "train.py", .content = "new"}, {.name = "pkg/a.py"}});
const Tree unpacked = {{"train.py", "file 0644 new"}, {"pkg", "dir 0755"}, {"pkg/a.py", "file 0644 "}};

/// A directory with an archive in it, and a target that is not there yet.
struct Base {
  explicit Base(const std::string& archive) { put_file(source, archive); }
  TempDir directory;
  fs::path source = directory.path() / "code.tar.gz";
  fs::path target = directory.path() / "a" / "target";
};

}  // namespace

TEST_CASE("a local archive is unpacked into a directory that is made") {
  const Base base(GENERATE(as<std::string>(), plain, gzip(plain)));
  const TreeSize size = extract_tar_file(base.source, base.target);
  CHECK(size.files == 2);
  CHECK(tree_of(base.target) == unpacked);
  CHECK(tree_of(base.target.parent_path()).size() == unpacked.size() + 1);
}

TEST_CASE("a local archive is laid over what is in the directory") {
  const Base base(gzip(plain));
  put_file(base.target / "train.py", "old");
  put_file(base.target / "pkg" / "b.py", "stays");
  extract_tar_file(base.source, base.target);
  Tree both = unpacked;
  both["pkg/b.py"] = "file 0644 stays";
  CHECK(tree_of(base.target) == both);
}

TEST_CASE("a local archive that is refused, or interrupted, leaves the directory as it was") {
  const Base base(gzip(tar({{.name = "train.py", .content = "new"}, {.name = "../escape"}})));
  put_file(base.target / "train.py", "old");
  const auto check_refusal = [&](const std::string& archive, const TreeLimits& limits, std::string_view why) {
    put_file(base.source, archive);
    const auto failure = failure_of([&] { extract_tar_file(base.source, base.target, limits); });
    REQUIRE(failure.has_value());
    CHECK(failure->cause == Cause::bad_data);
    CHECK(contains(failure->what, base.source.native()));
    CHECK(contains(failure->what, why));
  };
  check_refusal(content_of(base.source), {}, "../escape");
  check_refusal(gzip(plain), {.max_entries = 1}, "more than 1 entries");
  check_refusal("print(1)", {}, "not an archive");
  const Interrupt interrupt = {.check = [] { throw Interrupted(); }};
  put_file(base.source, gzip(plain));
  CHECK_THROWS_AS(extract_tar_file(base.source, base.target, {}, interrupt), Interrupted);
  CHECK(tree_of(base.target.parent_path()) ==
        Tree{{"target", "dir 0755"}, {"target/train.py", "file 0644 old"}});
}

TEST_CASE("a local archive that is not there is named") {
  const Base base("");
  const auto failure =
      failure_of([&] { extract_tar_file(base.directory.path() / "missing.tar", base.target); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::no_input);
  CHECK(contains(failure->what, "missing.tar"));
  CHECK_FALSE(fs::exists(base.target));
}

#include "sm_train/stages/foreseen_code.hpp"

#include "catch.hpp"
#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/require_program.hpp"
#include "sm_train/stages/code_layout.hpp"
#include "sm_train/system/files.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

struct Place {
  TempDir directory;
  fs::path code = fs::canonical(directory.path()) / "code";
  fs::path source = fs::canonical(directory.path()) / "source";

  ForeseenCode foresee(const std::string& program, const std::optional<std::string>& from = std::nullopt,
                       ExistingCode existing = ExistingCode::overlay) const {
    const Tree before = tree_of(directory.path());
    ForeseenCode foreseen =
        foresee_code({.source = from, .code = code, .program = program, .existing_code = existing});
    CHECK(tree_of(directory.path()) == before);
    return foreseen;
  }

  /// How a program of that name would be run.
  EntryPointKind kind(const std::string& program, const std::optional<std::string>& from = std::nullopt,
                      ExistingCode existing = ExistingCode::overlay) const {
    const ForeseenCode foreseen = foresee(program, from, existing);
    const EntryPointKind kind = choose_entry_point(program, foreseen.layout);
    require_program(program, kind, foreseen.layout);
    return kind;
  }
};

}  // namespace

TEST_CASE("code that lies in the code directory is what list_code says") {
  const Place place;
  put_file(place.code / "train.py", "");
  put_file(place.code / "setup.py", "");
  const ForeseenCode foreseen = place.foresee("train.py");
  CHECK(foreseen.note.empty());
  CHECK(foreseen.layout.directory == place.code);
  CHECK(foreseen.layout.entries == list_code(place.code, "train.py").entries);
  CHECK(place.kind("train.py") == EntryPointKind::python_package);
  CHECK(place.foresee("train.py", place.code).note.empty());
}

TEST_CASE("a code directory that is not there is not made, and holds nothing") {
  const Place place;
  CHECK(place.foresee("train.py").layout.entries.empty());
  CHECK_THROWS_WITH(place.kind("train.py"), Catch::Contains("is empty"));
}

TEST_CASE("code in another directory is foreseen over what lies in the code directory, as it is fetched") {
  const Place place;
  put_file(place.source / "train.py", "");
  put_file(place.code / "old.sh", "");
  put_file(place.code / "setup.py", "");
  const ForeseenCode foreseen = place.foresee("train.py", place.source);
  CHECK(foreseen.note.empty());
  CHECK(foreseen.layout.directory == place.code);
  CHECK(foreseen.layout.entries == std::vector<std::string>{"old.sh", "setup.py", "train.py"});
  CHECK(place.kind("train.py", place.source) == EntryPointKind::python_package);
  CHECK(place.kind(place.code / "train.py", place.source) == EntryPointKind::script_of_package);
  CHECK(place.kind("old.sh", place.source) == EntryPointKind::command);
}

TEST_CASE("what lies in the code directory already counts alone, or not at all, as the setting says") {
  const Place place;
  put_file(place.source / "train.py", "");
  put_file(place.code / "old.py", "");
  CHECK(place.kind("old.py", place.source) == EntryPointKind::python_script);
  CHECK_THROWS(place.kind("old.py", place.source, ExistingCode::replace));
  CHECK(place.kind("train.py", place.source, ExistingCode::replace) == EntryPointKind::python_script);
  CHECK_THROWS(place.kind("train.py", place.source, ExistingCode::keep));
  CHECK(place.kind("old.py", place.source, ExistingCode::keep) == EntryPointKind::python_script);
}

TEST_CASE("of code that would be fetched the program's name says what it is, and a note that nobody looked") {
  const Place place;
  put_file(place.directory.path() / "code.tar.gz", "");
  const std::string from = GENERATE("s3://bucket/code.tar.gz", "s3://bucket/code/", "code.tar.gz");
  const std::string source = from == "code.tar.gz" ? (place.directory.path() / from).native() : from;
  CHECK(place.kind("train.py", source) == EntryPointKind::python_script);
  CHECK(place.kind("src/train.py", source) == EntryPointKind::python_script);
  CHECK(place.kind("train.sh", source) == EntryPointKind::command);
  CHECK(place.kind("train.R", source) == EntryPointKind::command);
  CHECK(place.kind("train", source) == EntryPointKind::command);
  CHECK(place.kind("pkg.train", source) == EntryPointKind::python_module);
  CHECK(place.kind("pkg.train:main", source) == EntryPointKind::python_function);
  CHECK(contains(place.foresee("train.py", source).note, source));
}

TEST_CASE("a source that cannot be one is refused as it will be") {
  const Place place;
  put_file(place.code / "train.py", "");
  const auto cause = [&](const std::string& source) {
    const auto failure = failure_of([&] { place.foresee("train.py", source); });
    REQUIRE(failure.has_value());
    return failure->cause;
  };
  CHECK(cause("http://host/code.tar.gz") == Cause::usage);
  CHECK(cause(place.source) == Cause::no_input);
  CHECK(cause(place.directory.path()) == Cause::usage);
}

TEST_CASE("foreseen code tells where it comes from, and the directories that become it") {
  using Trees = std::vector<fs::path>;
  const Place place;
  put_file(place.code / "train.py", "");
  put_file(place.source / "train.py", "");
  put_file(place.source / "lone.py", "");
  CHECK(place.foresee("train.py").origin == CodeOrigin::in_place);
  CHECK(place.foresee("train.py").trees == Trees{place.code});
  CHECK(place.foresee("train.py", place.source).origin == CodeOrigin::directory);
  CHECK(place.foresee("train.py", place.source).trees == Trees{place.source, place.code});
  CHECK(place.foresee("train.py", place.source, ExistingCode::replace).trees == Trees{place.source});
  CHECK(place.foresee("train.py", place.source, ExistingCode::keep).origin == CodeOrigin::in_place);
  CHECK(place.foresee("lone.py", place.source / "lone.py").origin == CodeOrigin::file);
  CHECK(place.foresee("lone.py", place.source / "lone.py").trees.empty());
  CHECK(place.foresee("train.py", "s3://bucket/key").origin == CodeOrigin::s3);
  CHECK(place.foresee("train.py", "s3://bucket/key").trees.empty());
}

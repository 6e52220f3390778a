#include "sm_train/stages/install.hpp"

#include <filesystem>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/executable.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using test::write_in;
namespace fs = std::filesystem;

TEST_CASE("the code directory's listing says what is there, and makes the directory where it is missing") {
  const TempDir directory;
  CHECK(list_code(directory.path() / "code", "train.py").entries.empty());
  write_in(directory, "code/train.py", "");
  write_in(directory, "code/src/x.py", "");
  write_in(directory, "code/requirements.txt", "");
  const CodeLayout code = list_code(directory.path() / "code", "train.py");
  CHECK(code.entries == std::vector<std::string>{"requirements.txt", "src/", "train.py"});
  CHECK(code.has_requirements);
  CHECK_FALSE(code.has_setup_py);
  CHECK(code.program_is_file);
  CHECK_FALSE(list_code(directory.path() / "code", "src").program_is_file);
  CHECK(list_code(directory.path() / "code", "src/x.py").program_is_file);
}

TEST_CASE("a pyproject.toml makes a package only where it says so") {
  const TempDir directory;
  const auto makes_package = [&](const std::string& text) {
    write_in(directory, "pyproject.toml", text);
    return list_code(directory.path(), "").pyproject_makes_package;
  };
  CHECK(makes_package("[build-system]\nrequires = []\n"));
  CHECK(makes_package("# comment\n  [ project ] # mine\r\nname = 'x'\n"));
  CHECK_FALSE(makes_package("[tool.black]\nline-length = 100\n"));
  CHECK_FALSE(makes_package("x = '[project]'\n"));
}

TEST_CASE("a program counts as outside where its name leads up, or is absolute and elsewhere") {
  const TempDir directory;
  const fs::path script = write_in(directory, "code/train.sh", "");
  write_in(directory, "other.sh", "");
  const fs::path code = directory.path() / "code";
  CHECK(list_code(code, "src/../train.sh").program_is_inside);
  CHECK(list_code(code, script).program_is_inside);
  CHECK_FALSE(list_code(code, "../other.sh").program_is_inside);
  CHECK_FALSE(list_code(code, directory.path() / "other.sh").program_is_inside);
  fs::create_directory_symlink(code, directory.path() / "link");
  CHECK(list_code(code, directory.path() / "link/train.sh").program_is_inside);
}

TEST_CASE("a command without an execute bit gets one") {
  const TempDir directory;
  const fs::path script = write_in(directory, "train.sh", "", 0640);
  make_executable({.directory = directory.path()}, "train.sh");
  CHECK(is_executable(script));
}

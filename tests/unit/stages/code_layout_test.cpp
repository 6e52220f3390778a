#include "sm_train/stages/code_layout.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>

#include "catch.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using test::write_in;
namespace fs = std::filesystem;

using Kind = ProgramStart::Kind;

TEST_CASE("the code directory's listing says what is there, and makes the directory where it is missing") {
  const TempDir directory;
  CHECK(list_code(directory.path() / "code", "train.py").entries.empty());
  write_in(directory, "code/train.py", "");
  write_in(directory, "code/src/x.py", "");
  write_in(directory, "code/requirements.txt", "");
  const CodeLayout code = list_code(directory.path() / "code", "train.py");
  CHECK(code.entries == std::vector<std::string>{"requirements.txt", "src/", "train.py"});
  CHECK_FALSE(code.has_setup_py);
  CHECK(code.program.is_file);
  CHECK_FALSE(list_code(directory.path() / "code", "src").program.is_file);
  CHECK(list_code(directory.path() / "code", "src/x.py").program.is_file);
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
  CHECK(list_code(code, "src/../train.sh").program.is_inside);
  CHECK(list_code(code, script).program.is_inside);
  CHECK_FALSE(list_code(code, "../other.sh").program.is_inside);
  CHECK_FALSE(list_code(code, directory.path() / "other.sh").program.is_inside);
  fs::create_directory_symlink(code, directory.path() / "link");
  CHECK(list_code(code, directory.path() / "link/train.sh").program.is_inside);
}

TEST_CASE("a program is looked at: whether it is a file, how it begins, and whether it may be executed") {
  const TempDir directory;
  write_in(directory, "script", "#!/bin/sh -e\nexit\n", 0755);
  write_in(directory, "text.R", "cat(1)\n");
  write_in(directory, "empty", "");
  fs::create_symlink("/bin/true", directory.path() / "true");
  fs::create_symlink("nowhere", directory.path() / "broken");
  REQUIRE(::mkfifo((directory.path() / "fifo").c_str(), 0600) == 0);
  const auto look = [&](const std::string& name) { return list_code(directory.path(), name).program; };
  CHECK(look("script").is_executable);
  CHECK(look("script").start.kind == Kind::shebang);
  CHECK(look("script").start.shebang == "/bin/sh -e");
  CHECK_FALSE(look("text.R").is_executable);
  CHECK(look("text.R").start.kind == Kind::text);
  CHECK(look("empty").start.kind == Kind::text);
  CHECK(look("true").is_file);
  CHECK(look("true").start.kind == Kind::elf);
  CHECK_FALSE(look("broken").is_file);
  CHECK_FALSE(look("fifo").is_file);
  CHECK_FALSE(look("fifo").is_directory);
}

TEST_CASE("a directory is a program with its __main__.py, and a dotted name with its module's file") {
  const TempDir directory;
  write_in(directory, "pkg/train.py", "");
  write_in(directory, "pkg/sub/__main__.py", "");
  write_in(directory, "train.py", "");
  const auto look = [&](const std::string& name) { return list_code(directory.path(), name).program; };
  CHECK(look("pkg").is_directory);
  CHECK_FALSE(look("pkg").has_main);
  CHECK_FALSE(look("pkg").is_module);
  CHECK(look("pkg/sub").has_main);
  CHECK(look("pkg/sub/").has_main);
  CHECK_FALSE(look("pkg/sub").is_module);
  CHECK(look("pkg.sub").is_module);
  CHECK(look("pkg.train").is_module);
  CHECK_FALSE(look("pkg.train").is_file);
  CHECK(look("train").is_module);
  // No dotted name leads out of the code directory.
  std::string absolute = (directory.path() / "train").native();
  std::replace(absolute.begin(), absolute.end(), '/', '.');
  CHECK_FALSE(look(absolute).is_module);
  for (const char* name : {"", ".", "..", ".train", "train.", "pkg..train", "pkg.nothing", "/train"})
    CHECK_FALSE(look(name).is_module);
}

TEST_CASE("the files below are listed for a program that is not there, and only as far as is quick") {
  const TempDir directory;
  write_in(directory, "a/b/c/d/in.py", "");
  write_in(directory, "a/b/c/d/e/too_deep.py", "");
  write_in(directory, ".git/hidden.py", "");
  write_in(directory, "lib/site-packages/installed.py", "");
  write_in(directory, "top.py", "");
  const auto files = [&](const std::string& name) { return list_code(directory.path(), name).files; };
  CHECK(files("train.py") == std::vector<std::string>{"a/b/c/d/in.py", "top.py"});
  CHECK(files("top.py").empty());
  for (int i = 0; i < 4500; ++i) write_in(directory, "many/" + std::to_string(i), "");
  CHECK(files("train.py").size() <= 4000);
}

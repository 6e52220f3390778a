#include "sm_train/stages/python_package.hpp"

#include <filesystem>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/capture.hpp"
#include "support/child.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using Catch::Matchers::Contains;
using test::write_in;
namespace fs = std::filesystem;

namespace {

const Interpreter system_python = {.path = "/usr/bin/python3"};

/// pip as it installs into a directory, from what the machine has.
EnvVars env_for(const TempDir& target) {
  return {{"PATH", "/usr/bin:/bin"},           {"HOME", target.path()},
          {"PIP_TARGET", target.path()},       {"PIP_NO_INDEX", "1"},
          {"PIP_NO_BUILD_ISOLATION", "false"}, {"PIP_NO_CACHE_DIR", "1"},
          {"PIP_CONFIG_FILE", "/dev/null"},    {"container", "test"}};
}

}  // namespace

TEST_CASE("a directory of modules is made a package, installed and imported") {
  const TempDir code;
  const TempDir target;
  write_in(code, "mine.py", "from parts import name");
  write_in(code, "parts/__init__.py",
           "import pathlib\nname = (pathlib.Path(__file__).parent / 'name.txt').read_text()");
  write_in(code, "parts/name.txt", "parts of mine");
  CHECK(create_python_package(code.path(), "my-code"));
  CHECK_FALSE(create_python_package(code.path(), "my-code"));

  Child child([&] {
    Signals signals;
    install_python_package(code.path(), signals, system_python, env_for(target));
    return 0;
  });
  const auto end = child.finish();
  CAPTURE(end.err);
  REQUIRE(end.exit_code == 0);
  CHECK_THAT(end.err, Contains("my-code 1.0.0"));
  CHECK(capture_output({.argv = {"/usr/bin/python3", "-c", "import mine; print(mine.name)"},
                        .env = {{"PYTHONPATH", target.path()}},
                        .cwd = "/"},
                       std::chrono::seconds(60)) == "parts of mine\n");
}

TEST_CASE("a package of one's own is left as it is") {
  const TempDir code;
  const fs::path setup = write_in(code, "setup.py", "mine");
  CHECK_FALSE(create_python_package(code.path(), "x"));
  CHECK(read_file(setup) == "mine");
}

TEST_CASE("a package must have a name that pip takes") {
  const TempDir code;
  for (const char* name : {"", "-x", "x.", "a b", "x\"; import os", "ä"})
    CHECK_THROWS_WITH(create_python_package(code.path(), name), Contains("no name of a Python package"));
  CHECK(fs::is_empty(code.path()));
}

TEST_CASE("what is no package is not installed") {
  const TempDir code;
  const std::string path = code.path();
  Child child([&] {
    Signals signals;
    install_python_package(path, signals, system_python, {});
    return 0;
  });
  const auto end = child.finish();
  CHECK(end.exit_code == exit_code(Cause::bad_data));
  CHECK_THAT(end.err, Contains(path + " is no Python package"));
}

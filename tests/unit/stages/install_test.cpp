#include "sm_train/stages/install.hpp"

#include <filesystem>
#include <unistd.h>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/executable.hpp"
#include "support/as_nobody.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using test::AsNobody;
using test::write_in;
namespace fs = std::filesystem;

namespace {

fs::path write_program(const TempDir& directory, const std::string& name) {
  return write_in(directory, name, "#!/bin/sh\n", 0755);
}

}  // namespace

TEST_CASE("the interpreter is the virtual environment's, else conda's, else the first on PATH") {
  const TempDir directory;
  const fs::path venv = write_program(directory, "venv/bin/python");
  const fs::path conda = write_program(directory, "conda/bin/python");
  const fs::path python3 = write_program(directory, "path/python3");
  write_program(directory, "path/python");
  EnvVars env = {{"VIRTUAL_ENV", directory.path() / "venv"},
                 {"CONDA_PREFIX", directory.path() / "conda"},
                 {"PATH", directory.path() / "path"}};
  CHECK(find_python("", env).path == venv);
  env.erase("VIRTUAL_ENV");
  CHECK(find_python("", env).path == conda);
  env["CONDA_PREFIX"] = directory.path() / "nowhere";
  CHECK(find_python("", env).path == python3);
  fs::remove(python3);
  CHECK(find_python("", env).path == directory.path() / "path/python");
}

TEST_CASE("a chosen interpreter is a path or a name on PATH, and must be there") {
  const TempDir directory;
  const fs::path python = write_program(directory, "mypython");
  const EnvVars env = {{"PATH", directory.path()}};
  CHECK(find_python(python, {}).path == python);
  CHECK(find_python("mypython", env).path == python);
  CHECK_THROWS_WITH(find_python("/no/python", env), Catch::Contains("/no/python"));
  CHECK_THROWS_WITH(find_python("nopython", env), Catch::Contains("nopython"));
}

TEST_CASE("a command without an execute bit gets one") {
  const TempDir directory;
  const fs::path script = write_in(directory, "train.sh", "", 0640);
  make_executable({.directory = directory.path()}, "train.sh");
  CHECK(is_executable(script));
}

TEST_CASE("a command that belongs to somebody else, and lacks the execute bit, is told with the remedy") {
  if (::geteuid() != 0) {
    WARN("skipped: only root has a file of somebody else");
    return;
  }
  const TempDir directory;
  const fs::path script = write_in(directory, "train.sh", "", 0644);
  const AsNobody nobody(directory.path());
  try {
    make_executable({.directory = directory.path()}, "train.sh");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.failure().cause == Cause::not_executable);
    CHECK(error.failure().what ==
          "The program " + script.native() +
              " has no execute bit, and giving it one failed: Operation not permitted.");
    CHECK_THAT(error.failure().remedy, Catch::Contains("chmod +x"));
  }
}

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

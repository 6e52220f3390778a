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

namespace {

/// What would be installed of code that lies in these directories, and goes into /code.
Installation foreseen(const std::vector<fs::path>& trees, const InstallOptions& options,
                      const std::vector<std::string>& entries = {"requirements.txt"},
                      EntryPointKind kind = EntryPointKind::python_script) {
  CodeLayout code;
  code.directory = "/code";
  code.entries = entries;
  return foresee_installation(kind, code, trees, {.path = "/usr/bin/python3"}, options,
                              {{"PATH", "/usr/bin:/bin"}, {"HOME", "/"}});
}

}  // namespace

TEST_CASE("an installation is foreseen from where the code lies, for where it will lie") {
  const TempDir directory;
  write_in(directory, "requirements.txt", "no-such-package-anywhere\n");
  const Installation plan = foreseen({directory.path()}, {.installer = InstallerChoice::pip});
  REQUIRE(plan.steps.size() == 1);
  const Command& command = plan.steps.front().command;
  CHECK(command.cwd == "/code");
  CHECK(std::vector<std::string>(command.argv.begin(), command.argv.begin() + 4) ==
        std::vector<std::string>{"/usr/bin/python3", "-m", "pip", "install"});
  CHECK(command.argv.back() == "requirements.txt");
  CHECK(fs::exists(directory.path() / "requirements.txt"));
}

TEST_CASE("the requirements file that counts is that of the directory on top which has one") {
  const TempDir directory;
  write_in(directory, "top/train.py", "");
  write_in(directory, "below/requirements.txt", "\n");
  const Installation plan = foreseen({directory.path() / "top", directory.path() / "below"}, {});
  CHECK(plan.steps.empty());
  CHECK(plan.notes == std::vector<std::string>{"requirements.txt is satisfied already"});
  write_in(directory, "top/requirements.txt", "no-such-package-anywhere\n");
  CHECK(foreseen({directory.path() / "top", directory.path() / "below"}, {}).steps.size() == 1);
}

TEST_CASE("nothing to install is foreseen without an interpreter") {
  const TempDir directory;
  CHECK(foreseen({directory.path()}, {}, {}).steps.empty());
  CHECK(foreseen({directory.path()}, {}, {}).notes.empty());
  write_in(directory, "requirements.txt", "x\n");
  CHECK(foreseen({directory.path()}, {.installer = InstallerChoice::none}).notes.size() == 1);
}

TEST_CASE("the requirements file of the job counts where the options name none") {
  Settings settings;
  CHECK(with_requirements_of(settings, {}).requirements.empty());
  settings.requirements = "reqs.txt";
  CHECK(with_requirements_of(settings, {}).requirements == "reqs.txt");
  CHECK(with_requirements_of(settings, {.requirements = "mine.txt"}).requirements == "mine.txt");
}

#include "sm_train/contract/installer_error.hpp"

#include "catch.hpp"

using namespace sm_train;

TEST_CASE("pip's last error is what it says, without its mark") {
  CHECK(installer_error(
            "Collecting nothing\n",
            "ERROR: Could not find a version that satisfies the requirement x (from versions: none)\n"
            "ERROR: No matching distribution found for x\n\n[notice] A new release\n") ==
        "No matching distribution found for x");
}

TEST_CASE("of a build that failed the last line of its own output counts") {
  CHECK(
      installer_error("Processing /code\n",
                      "  error: subprocess-exited-with-error\n  \n  x python setup.py egg_info did not run\n"
                      "  |-> [2 lines of output]\n      Traceback\n      RuntimeError: my setup is broken\n"
                      "      [end of output]\n  \nerror: metadata-generation-failed\n") ==
      "RuntimeError: my setup is broken");
}

TEST_CASE("an error on stdout is found too, and silence refers to the log") {
  CHECK(installer_error("ERROR: Invalid requirement: '=x'\n", "") == "Invalid requirement: '=x'");
  CHECK(installer_error("", "killed\n") == "see the log");
}

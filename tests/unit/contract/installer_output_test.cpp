#include "sm_train/contract/installer_output.hpp"

#include "catch.hpp"

using namespace sm_train;
using Packages = std::vector<std::string>;

namespace {

std::string error_of(const std::string& out, const std::string& err) {
  return installer_error(out, err).what;
}

}  // namespace

TEST_CASE("pip's last error is what it says, without its mark") {
  CHECK(error_of("Collecting nothing\n",
                 "ERROR: Could not find a version that satisfies the requirement x (from versions: none)\n"
                 "ERROR: No matching distribution found for x\n\n[notice] A new release\n") ==
        "No matching distribution found for x");
}

TEST_CASE("of a build that failed the last line of its own output counts") {
  CHECK(error_of("Processing /code\n",
                 "  error: subprocess-exited-with-error\n  \n  x python setup.py egg_info did not run\n"
                 "  |-> [2 lines of output]\n      Traceback\n      RuntimeError: my setup is broken\n"
                 "      [end of output]\n  \nerror: metadata-generation-failed\n") ==
        "RuntimeError: my setup is broken");
}

TEST_CASE("an error on stdout is found too, else the last line counts") {
  CHECK(error_of("ERROR: Invalid requirement: '=x'\n", "") == "Invalid requirement: '=x'");
  CHECK(error_of("out\n", "first\nkilled.\n\n") == "killed");
  CHECK(error_of("out\n", "\n") == "out");
  CHECK(error_of("", "") == "it said nothing");
}

TEST_CASE("uv's reason is what it could not resolve, on one line") {
  CHECK(error_of("",
                 "  \u00d7 No solution found when resolving dependencies:\n"
                 "  \u2570\u2500\u25b6 Because nothing was not found in the package registry and you require "
                 "nothing,\n"
                 "      we can conclude that your requirements are unsatisfiable.\n\n"
                 "      hint: x\n") ==
        "Because nothing was not found in the package registry and you require nothing, we can conclude that "
        "your requirements are unsatisfiable");
  CHECK(error_of("", "error: Failed to fetch: `https://x/`\n  Caused by: timed out\n") ==
        "Failed to fetch: `https://x/`");
}

TEST_CASE("of requirements that clash what clashes is told") {
  CHECK(error_of("The conflict is caused by:\n    a 1.0 depends on c==1.0\n    b 1.0 depends on c==2.0\n\n"
                 "To fix this you could try to:\n",
                 "ERROR: ResolutionImpossible: for help visit https://x\n") ==
        "a 1.0 depends on c==1.0; b 1.0 depends on c==2.0");
}

TEST_CASE("the remedy is for what went wrong") {
  const auto remedy = [](const std::string& said) { return installer_error("", said).remedy; };
  CHECK_THAT(remedy("error: externally-managed-environment\n"), Catch::Contains("virtual environment"));
  CHECK_THAT(remedy("ERROR: No matching distribution found for x\n"), Catch::Contains("PIP_INDEX_URL"));
  CHECK_THAT(remedy("      x\n      [end of output]\n"), Catch::Contains("does not build"));
  CHECK_THAT(remedy("/py: No module named pip\n"), Catch::Contains("ensurepip"));
  CHECK_THAT(remedy("WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'\n"
                    "ERROR: No matching distribution found for x\n"),
             Catch::Contains("could not be reached"));
  CHECK_THAT(remedy("ERROR: [Errno 13] Permission denied: '/usr/x'\n"), Catch::Contains("may write there"));
  CHECK_THAT(remedy("OSError: [Errno 28] No space left on device\n"), Catch::Contains("volume"));
}

TEST_CASE("what was installed is told by pip in one line, and by uv in one each") {
  CHECK(installed_packages("Collecting a\nSuccessfully installed a-b-1.2 c_d-2.0.post1\n", "") ==
        Packages{"a-b 1.2", "c_d 2.0.post1"});
  CHECK(
      installed_packages(
          "", "Resolved 2 packages in 1ms\nInstalled 2 packages in 1ms\n + a==1.2\n - b==1.9\n + b==2.0\n") ==
      Packages{"a 1.2", "b 2.0"});
  CHECK(installed_packages("Requirement already satisfied: a\n", "").empty());
}

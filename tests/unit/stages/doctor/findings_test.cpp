#include <sstream>

#include "catch.hpp"
#include "sm_train/stages/doctor/findings_json.hpp"
#include "sm_train/stages/doctor/findings_text.hpp"

using namespace sm_train;

namespace {

Finding named(const std::string& name, Finding finding) {
  finding.name = name;
  return finding;
}

}  // namespace

TEST_CASE("each finding has its line, with the remedy below it, and the last line counts them") {
  CHECK(findings_text(
            {named("disk", failed("It is full.", "Free some room.")), named("gpus", passed("2 GPUs.")),
             named("memory", warning("Little.", "More.")), named("code", skipped("None."))},
            false) ==
        "FAIL  disk    It is full.\n"
        "              -> Free some room.\n"
        "ok    gpus    2 GPUs.\n"
        "warn  memory  Little.\n"
        "              -> More.\n"
        "skip  code    None.\n"
        "1 failed, 1 warning, 1 passed, 1 skipped\n");
}

TEST_CASE("findings fit 80 columns, and stay in their own") {
  std::string words;
  for (int i = 0; i < 60; ++i) words += "words ";
  std::istringstream lines(findings_text({named("disk", failed(words + "\nof two lines", words))}, false));
  std::string line;
  std::getline(lines, line);
  CHECK(line.starts_with("FAIL  disk  words"));
  int count = 1;
  while (std::getline(lines, line) && !line.starts_with("1 failed")) {
    CHECK(line.size() <= 80);
    CHECK(line.starts_with("            "));
    ++count;
  }
  CHECK(count > 10);
}

TEST_CASE("only the marks are in colour, and what a finding holds cannot command a terminal") {
  const std::string text = findings_text({named("code", failed("\x1b[2Jgone\xff", "a\rb"))}, true);
  CHECK(text.starts_with("\x1b[31mFAIL\x1b[0m  code  ?[2Jgone?\n"));
  CHECK(text.find("-> a?b\n") != std::string::npos);
}

TEST_CASE("findings as JSON have every field, and are counted by verdict") {
  CHECK(findings_json({named("disk", failed("\"Full\"\n", "Free it.")), named("gpus", passed("2."))}) ==
        R"({"findings": [{"name": "disk", "verdict": "failed", "what": "\"Full\"\n", "remedy": "Free it."}, )"
        R"({"name": "gpus", "verdict": "passed", "what": "2.", "remedy": ""}], )"
        R"("passed": 1, "warning": 0, "failed": 1, "skipped": 0})"
        "\n");
}

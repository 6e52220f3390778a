#include "sm_train/system/log.hpp"

#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "support/child.hpp"

using namespace sm_train;

namespace {

const std::string erase = "\r\x1b[K";

std::string without(std::string text, const std::string& part) {
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at))
    text.erase(at, part.size());
  return text;
}

}  // namespace

TEST_CASE("a status line stays below the lines of the log, and goes at the end") {
  Child child([] {
    log(LogLevel::info, "before");
    show_status("10%");
    log(LogLevel::warning, "between");
    show_status("20%");
    show_status("");
    show_status("");
    log(LogLevel::info, "after");
    return 0;
  });
  CHECK(child.finish().err == "sm-train: before\n" + erase + "10%" + erase +
                                  "sm-train: warning: between\n10%" + erase + "20%" + erase +
                                  "sm-train: after\n");
}

TEST_CASE("where info is kept back there is no status line") {
  Child child([] {
    set_log_level(static_cast<int>(LogLevel::warning));
    show_status("10%");
    log(LogLevel::info, "kept back");
    log(LogLevel::error, "told");
    return 0;
  });
  CHECK(child.finish().err == "sm-train: error: told\n");
}

TEST_CASE("lines that were diverted end a line of somebody else's first") {
  Child child([] {
    log_is_inside_line();
    write_log_lines("one\n");
    write_log_lines("two\n");
    return 0;
  });
  CHECK(child.finish().err == "\none\ntwo\n");
}

TEST_CASE("secrets are masked in each line") {
  Child child([] {
    log(LogLevel::info, "at https://u:p@host/ with correct-horse");
    keep_out_of_log(Secrets(EnvVars{{"MY_PASSWORD", "correct-horse"}}));
    log(LogLevel::error, "at https://u:p@host/ with correct-horse");
    return 0;
  });
  CHECK(child.finish().err ==
        "sm-train: at https://******@host/ with correct-horse\n"
        "sm-train: error: at https://******@host/ with ******\n");
}

TEST_CASE("threads that log and draw at once tear no line") {
  Child child([] {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([] {
        for (int line = 0; line < 50; ++line) {
          log(LogLevel::info, "a line of the log");
          show_status("50%");
        }
      });
    threads.clear();
    show_status("");
    return 0;
  });
  std::string expected;
  for (int i = 0; i < 200; ++i) expected += "sm-train: a line of the log\n";
  CHECK(without(without(child.finish().err, erase), "50%") == expected);
}

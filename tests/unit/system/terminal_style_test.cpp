#include "sm_train/system/terminal_style.hpp"

#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "sm_train/contract/style.hpp"

namespace sm_train {

namespace {

/// A terminal of the test's own.
struct Terminal {
  Terminal() { REQUIRE(::openpty(&ours, &theirs, nullptr, nullptr, nullptr) == 0); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  Terminal(Terminal&&) = delete;
  Terminal& operator=(Terminal&&) = delete;
  ~Terminal() {
    ::close(ours);
    ::close(theirs);
  }
  int ours = -1;
  int theirs = -1;
};

}  // namespace

TEST_CASE("a terminal has colours, unless NO_COLOR or a dumb TERM says no") {
  const Terminal terminal;
  CHECK(has_colour(terminal.theirs, {{"TERM", "xterm"}}));
  CHECK(has_colour(terminal.theirs, {{"TERM", "xterm"}, {"NO_COLOR", ""}}));
  CHECK_FALSE(has_colour(terminal.theirs, {{"TERM", "xterm"}, {"NO_COLOR", "1"}}));
  CHECK_FALSE(has_colour(terminal.theirs, {{"TERM", "dumb"}}));
}

TEST_CASE("a file has no colours") {
  const int file = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  CHECK_FALSE(has_colour(file, {{"TERM", "xterm"}}));
  ::close(file);
}

TEST_CASE("a style is an escape sequence around the text, and without colour nothing") {
  CHECK(styled("no", Style::red, true) == "\x1b[31mno\x1b[0m");
  CHECK(styled("no", Style::red, false) == "no");
}

}  // namespace sm_train

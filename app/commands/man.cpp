#include "commands/man.hpp"

#include <iostream>

#include "man_page.hpp"

namespace sm_train {

namespace {

int run(Given, Signals&) {
  std::cout << man_page() << std::flush;
  return 0;
}

}  // namespace

Subcommand man_command() {
  return {.name = "man",
          .summary = "Print the man page",
          .examples = {{.command = "sm-train man | man -l -", .what = "to read it"}},
          .run = run};
}

}  // namespace sm_train

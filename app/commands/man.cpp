#include "commands/man.hpp"

#include "man_page.hpp"
#include "print.hpp"

namespace sm_train {

namespace {

int run(const Given&, Signals&) {
  print(man_page());
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

#include "commands/python_package.hpp"

#include "sm_train/python/package.hpp"

namespace sm_train {

namespace {

int run(Given given, Signals&) {
  write_python_package(given.text("DIR").value_or(""));
  return 0;
}

}  // namespace

Subcommand python_package_command() {
  return {.name = "python-package",
          .summary = "Write the Python package sagemaker_containers, for an image",
          .operands = {{.name = "DIR", .help = "Where it goes, for PYTHONPATH or site-packages"}},
          .examples = {{.command = "sm-train python-package /usr/lib/python3/dist-packages",
                        .what = "for a framework that imports it"}},
          .run = run};
}

}  // namespace sm_train

#include "sm_train/stages/python_functions.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "support/child.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using Catch::Matchers::Contains;
using test::write_in;

namespace {

const PythonOptions options = {
    .python = "/usr/bin/python3", .env = {{"PATH", "/usr/bin:/bin"}}, .interrupt = {}};

PythonModule module_of(const TempDir& directory, const std::string& text) {
  write_in(directory, "mine.py", text);
  return import_module("mine.py", directory.path(), options);
}

}  // namespace

TEST_CASE("a module tells its functions, and a function what it takes") {
  const TempDir directory;
  const auto module = module_of(directory,
                                "import json\nfrom os import getcwd\nprint('imported')\n"
                                "def train(lr, *, epochs=3, **more): pass\nasync def later(): pass\n");
  CHECK(module.functions == std::vector<std::string>{"later", "train"});
  CHECK(fn_signature(module, "train") ==
        FnSignature{.names = {"lr", "epochs"}, .required = {"lr"}, .takes_all = true});
  CHECK(import_module("mine", directory.path(), options).functions == module.functions);
  CHECK_THROWS_WITH(fn_signature(module, "trian"), Contains("no function 'trian': it has later, train"));
  write_in(directory, "mine.py", "import no_such_thing\n");
  CHECK_THROWS_WITH(fn_signature(module, "train"), Contains("No module named 'no_such_thing'"));
}

TEST_CASE("a module that cannot be imported is told with Python's own words") {
  const TempDir directory;
  CHECK_THROWS_WITH(module_of(directory, "import no_such_thing\n"),
                    Contains("cannot be imported: ModuleNotFoundError: No module named 'no_such_thing'") &&
                        Contains("mine.py\", line 1") && !Contains("sm_train_library"));
  CHECK_THROWS_WITH(module_of(directory, "raise SystemExit(3)\n"), Contains("SystemExit: 3"));
  CHECK_THROWS_WITH(import_module("nothing.py", directory.path(), options), Contains("nothing.py"));
  CHECK_THROWS_WITH(module_of(directory, "import os\nos._exit(4)\n"), Contains("ended with 4"));
}

TEST_CASE("a function is called with the values that it takes") {
  const TempDir directory;
  const auto module =
      module_of(directory, "def train(lr, name): print(lr, name)\ndef fails(): raise ValueError(1)\n");
  const auto call = [&](const std::string& function) {
    Child child([&] {
      Signals signals;
      return exit_code(
          invoke_fn(module, function, Dict({{"lr", 0.1}, {"name", "a\\u00fcb"}, {"more", 1}}), signals));
    });
    return child.finish();
  };
  CHECK(call("train").out == "0.1 a\\u00fcb\n");
  const auto failed = call("fails");
  CHECK(failed.exit_code == 1);
  CHECK_THAT(failed.err, Contains("ValueError: 1"));
}

TEST_CASE("a module that is fetched trains with its function train") {
  const TempDir directory;
  write_in(directory, "mine.py", "def train(lr, hyperparameters): print(lr, hyperparameters)\n");
  Child child([&] {
    Signals signals;
    return exit_code(training_from_fn(directory.path(), Dict({{"lr", 0.1}}), "mine", signals, options));
  });
  CHECK(child.finish().out == "0.1 {'lr': 0.1}\n");
}

#include "sm_train/contract/entry_point.hpp"

#include "catch.hpp"

using namespace sm_train;

using Kind = ProgramStart::Kind;

namespace {

ProgramFile file_of(Kind kind, bool is_executable = false) {
  return {.is_file = true,
          .is_executable = is_executable,
          .start = {.kind = kind, .shebang = kind == Kind::shebang ? "/usr/bin/perl" : ""}};
}

const ProgramFile nothing = {};
const ProgramFile text = file_of(Kind::text);
const ProgramFile script = file_of(Kind::shebang);
const ProgramFile binary = file_of(Kind::elf);
const ProgramFile archive = file_of(Kind::other);
const ProgramFile executable_text = file_of(Kind::text, true);
const ProgramFile directory = {.is_directory = true};
const ProgramFile directory_with_main = {.is_directory = true, .has_main = true, .is_module = true};
const ProgramFile module = {.is_module = true};

struct Row {
  std::string program;
  ProgramFile file;
  EntryPointKind kind;
  std::vector<std::string> argv;
};

}  // namespace

TEST_CASE("without a package a program runs as what lies there") {
  using E = EntryPointKind;
  const auto row = GENERATE(values<Row>({
      {"train.py", text, E::python_script, {"py", "train.py"}},
      {"train.py", executable_text, E::python_script, {"py", "train.py"}},
      {"train.py", script, E::python_script, {"py", "train.py"}},
      {"train.py", nothing, E::python_script, {"py", "train.py"}},
      {"src/train.py", text, E::python_script, {"py", "src/train.py"}},
      {"dir with space/my train.py", text, E::python_script, {"py", "dir with space/my train.py"}},
      {"\u00f6.py", text, E::python_script, {"py", "\u00f6.py"}},
      {"-train.py", text, E::python_script, {"py", "./-train.py"}},
      {"train.sh", text, E::command, {"./train.sh"}},
      {"--help.sh", text, E::command, {"./--help.sh"}},
      {"/code/train.sh", text, E::command, {"/code/train.sh"}},
      {"train", nothing, E::command, {"./train"}},
      {"train", text, E::command, {"./train"}},
      {"train", script, E::command, {"./train"}},
      {"train", binary, E::command, {"./train"}},
      {"train", archive, E::command, {"./train"}},
      {"train", module, E::command, {"./train"}},
      {"train.R", script, E::command, {"./train.R"}},
      {"pkg.train", module, E::python_module, {"py", "-m", "pkg.train"}},
      {"pkg.train", {.is_file = true, .is_module = true}, E::command, {"./pkg.train"}},
      {"pkg", directory_with_main, E::python_module, {"py", "-m", "pkg"}},
      {"pkg/", directory_with_main, E::python_module, {"py", "-m", "pkg"}},
      {"./src/my pkg", directory_with_main, E::python_module, {"py", "-m", "src.my pkg"}},
      {"v1.0/pkg", directory_with_main, E::python_script, {"py", "v1.0/pkg"}},
      {"-v1.0", directory_with_main, E::python_script, {"py", "./-v1.0"}},
      {"/code/pkg", directory_with_main, E::python_script, {"py", "/code/pkg"}},
      {"train.sh", directory_with_main, E::command, {"./train.sh"}},
      {"src", directory, E::command, {"./src"}},
  }));
  CAPTURE(row.program);
  const EntryPointKind kind = choose_entry_point(row.program, {.program = row.file});
  CHECK(kind == row.kind);
  CHECK(entry_point_argv(kind, row.program, "py") == row.argv);
  CHECK_FALSE(installs_package(kind));
}

TEST_CASE("a package is installed and hides what it holds, but not what cannot be a module") {
  using E = EntryPointKind;
  const bool by_setup_py = GENERATE(true, false);
  const auto row = GENERATE(values<Row>({
      {"train.py", text, E::python_package, {"py", "-m", "train"}},
      {"train.py", nothing, E::python_package, {"py", "-m", "train"}},
      {"train", nothing, E::python_package, {"py", "-m", "train"}},
      {"train", module, E::python_package, {"py", "-m", "train"}},
      {"a.pyb.py", text, E::python_package, {"py", "-m", "ab"}},
      {"pkg.train", module, E::python_package, {"py", "-m", "pkg.train"}},
      {"pkg", directory_with_main, E::python_package, {"py", "-m", "pkg"}},
      {"src/pkg", directory_with_main, E::python_package, {"py", "-m", "src.pkg"}},
      {"v1.0/pkg", directory_with_main, E::script_of_package, {"py", "v1.0/pkg"}},
      {"src/train.py", text, E::script_of_package, {"py", "src/train.py"}},
      {"/code/train.py", text, E::script_of_package, {"py", "/code/train.py"}},
      {"train.sh", text, E::command, {"./train.sh"}},
      {"train.sh", nothing, E::command, {"./train.sh"}},
      {"train", script, E::command_of_package, {"./train"}},
      {"train", binary, E::command_of_package, {"./train"}},
      {"train", executable_text, E::command_of_package, {"./train"}},
      {"train.R", text, E::command_of_package, {"./train.R"}},
      {"bin/train", text, E::command_of_package, {"./bin/train"}},
      // What the Python toolkit would run, where it could.
      {"train", text, E::python_package, {"py", "-m", "train"}},
      {"train",
       {.is_file = true, .is_module = true, .start = {.kind = Kind::shebang, .shebang = "/bin/sh"}},
       E::python_package,
       {"py", "-m", "train"}},
  }));
  CAPTURE(row.program);
  const EntryPointKind kind = choose_entry_point(
      row.program,
      {.has_setup_py = by_setup_py, .pyproject_makes_package = !by_setup_py, .program = row.file});
  CHECK(kind == row.kind);
  CHECK(entry_point_argv(kind, row.program, "py") == row.argv);
  CHECK(installs_package(kind) == (kind != E::command));
}

TEST_CASE("a name with a function's behind a colon is that of a function") {
  for (const char* name :
       {"train:train", "train.py:main", "src/my train.py:Model.train", "pkg.train:_f2", "t:\u00fcben"})
    CHECK(names_function(name));
  for (const char* name :
       {"train", "train:", ":train", "a:b:c", "train:2", "train:a-b", "train:a b", "C:/x.py", ""})
    CHECK_FALSE(names_function(name));
  CHECK(file_of_program("src/train.py:main") == "src/train.py");
  CHECK(file_of_program("src/train.py") == "src/train.py");
}

TEST_CASE("a function is called in the interpreter, after its package was installed") {
  const EntryPointKind kind = choose_entry_point("train:main", {});
  CHECK(kind == EntryPointKind::python_function);
  CHECK_FALSE(installs_package(kind));
  CHECK_FALSE(is_command(kind));
  CHECK(entry_point_argv(kind, "train:main", "py") ==
        std::vector<std::string>{"py", "-m", "sm_train_function", "train:main"});
  CHECK(installs_package(choose_entry_point("train:main", {.has_setup_py = true})));
}

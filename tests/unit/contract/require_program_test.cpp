#include "sm_train/contract/require_program.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"

using namespace sm_train;
using Catch::Matchers::Contains;

using Kind = ProgramStart::Kind;

namespace {

Failure failure_of(const std::string& program, const CodeLayout& code) {
  try {
    require_program(program, choose_entry_point(program, code), code);
  } catch (const Error& error) {
    return error.failure();
  }
  return {.cause = Cause::internal, .what = "no error", .remedy = ""};
}

void check_passes(const std::string& program, const CodeLayout& code) {
  CHECK_NOTHROW(require_program(program, choose_entry_point(program, code), code));
}

}  // namespace

TEST_CASE("a missing program is told with what the code holds and what may have been meant") {
  const Failure failure = failure_of("trian.py", {.directory = "/opt/ml/code",
                                                  .entries = {"data/", "src/", "train.py"},
                                                  .files = {"src/trian.py", "train.py"}});
  CHECK(failure.cause == Cause::not_found);
  CHECK(failure.what ==
        "The program trian.py is no file in /opt/ml/code, which holds data/, src/, train.py. Did you mean "
        "train.py, or src/trian.py?");
  CHECK_THAT(failure.remedy, Contains("sagemaker_program") && Contains("sagemaker_submit_directory"));
}

TEST_CASE("a missing program that nothing looks like is told with what the code holds, or that it is empty") {
  CHECK(failure_of("train.py", {.directory = "/code", .entries = {"main.R"}, .files = {"main.R"}}).what ==
        "The program train.py is no file in /code, which holds main.R.");
  CHECK(failure_of("train.py", {.directory = "/code"}).what ==
        "The program train.py is no file in /code, which is empty.");
  CodeLayout many = {.directory = "/code"};
  for (int i = 10; i < 35; ++i) many.entries.push_back(std::to_string(i));
  CHECK_THAT(failure_of("x", many).what, Contains("28, 29 and 5 more."));
}

TEST_CASE("a name in the code is shown without what a terminal would obey") {
  const std::string what =
      failure_of("train.py", {.directory = "/code", .entries = {"\x1b[2J"}, .files = {"\n/train.py"}}).what;
  CHECK(what.find('\x1b') == std::string::npos);
  CHECK(what.find('\n') == std::string::npos);
}

TEST_CASE("a name that can be no program is told as what it is") {
  const CodeLayout code = {.directory = "/code", .entries = {"train.py"}};
  CHECK(failure_of("", code).what == "The program's name is empty.");
  for (const char* name : {".", "./", "src/..", "/code", "/code/"}) {
    CAPTURE(name);
    CodeLayout with_setup = code;
    with_setup.has_setup_py = GENERATE(true, false);
    CHECK(failure_of(name, with_setup).cause == Cause::bad_config);
    CHECK(failure_of(name, with_setup).what ==
          std::string("The program ") + name + " is the code directory /code itself.");
  }
}

TEST_CASE("a program outside of the code directory is refused, though it may be there") {
  const Failure failure = failure_of("../x.py", {.directory = "/code",
                                                 .has_setup_py = GENERATE(true, false),
                                                 .program = {.is_inside = false, .is_file = true}});
  CHECK(failure.cause == Cause::bad_config);
  CHECK(failure.what == "The program ../x.py is outside of the code directory /code.");
}

TEST_CASE("a directory is a program only where Python can run it") {
  const Failure failure = failure_of("src", {.directory = "/code", .program = {.is_directory = true}});
  CHECK(failure.cause == Cause::not_found);
  CHECK(failure.what ==
        "The program src is a directory in /code, and has no __main__.py that Python could run.");
  check_passes("src", {.directory = "/code", .program = {.is_directory = true, .has_main = true}});
}

TEST_CASE("a package may hold a module that is not seen yet, but no path that is not there") {
  const CodeLayout package = {.directory = "/code", .has_setup_py = true};
  check_passes("train", package);
  check_passes("train.py", package);
  CHECK(failure_of("src/train.py", package).cause == Cause::not_found);
  CHECK(failure_of("src/train", package).cause == Cause::not_found);
  CHECK(failure_of("train.sh", package).cause == Cause::not_found);
}

TEST_CASE("a dotted name is a program where its module is there") {
  check_passes("pkg.train", {.directory = "/code", .program = {.is_module = true}});
  CHECK(failure_of("train", {.directory = "/code", .program = {.is_module = true}, .files = {"train.py"}})
            .what == "The program train is no file in /code, which is empty. Did you mean train.py?");
}

TEST_CASE("a script of another language must say so in its first line") {
  struct Row {
    std::string program;
    std::string line;
  };
  const auto row = GENERATE(values<Row>({{"train.R", "#!/usr/bin/env Rscript"},
                                         {"src/train.r", "#!/usr/bin/env Rscript"},
                                         {"train.jl", "#!/usr/bin/env julia"},
                                         {"train.mjs", "#!/usr/bin/env node"},
                                         {"train.pl", "#!/usr/bin/env perl"},
                                         {"train.awk", "#!/usr/bin/awk -f"}}));
  const bool is_package = GENERATE(true, false);
  const auto code = [&](Kind kind) {
    return CodeLayout{.directory = "/code",
                      .has_setup_py = is_package,
                      .program = {.is_file = true, .start = {.kind = kind, .shebang = ""}}};
  };
  const Failure failure = failure_of(row.program, code(Kind::text));
  CHECK(failure.cause == Cause::not_executable);
  CHECK_THAT(failure.what, Contains(row.program) && Contains("/bin/sh"));
  CHECK_THAT(failure.remedy, Contains("very first line " + row.line + ","));
  check_passes(row.program, code(Kind::shebang));
  check_passes(row.program, code(Kind::elf));
}

TEST_CASE("a text of no known language is left to the shell") {
  const CodeLayout code = {.directory = "/code",
                           .program = {.is_file = true, .start = {.kind = Kind::text, .shebang = ""}}};
  for (const char* name : {"train", "train.sh", "train.bash", "train.txt", ".R"}) check_passes(name, code);
}

TEST_CASE("a first line of Windows is told before anything starts, but not of what Python reads itself") {
  const CodeLayout code = {
      .directory = "/code",
      .program = {.is_file = true, .start = {.kind = Kind::shebang, .shebang = "/usr/bin/env python3\r"}}};
  const Failure failure = failure_of("train", code);
  CHECK(failure.cause == Cause::not_executable);
  CHECK_THAT(failure.what, Contains("train ends in a carriage return"));
  CHECK_THAT(failure.remedy, Contains("dos2unix"));
  check_passes("train.py", code);
}

#include "sm_train/contract/plan.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"

using namespace sm_train;

namespace {

struct Case {
  std::string program = "train.py";
  CodeLayout code = {.directory = "/code", .entries = {"train.py"}, .program = {.is_file = true}};
  std::map<std::string, std::string> env;
  std::vector<std::string> arguments;
  Interpreter python = {.path = "/usr/bin/python3", .looked_for = "python3"};
  bool as_root = false;
};

Plan plan_of(const Case& c) {
  Environment environment;
  environment.hosts = {"algo-1"};
  environment.user_entry_point = c.program;
  return make_plan({.environment = environment,
                    .code = c.code,
                    .python = c.python,
                    .process_env = c.env,
                    .arguments = c.arguments,
                    .as_root = c.as_root});
}

}  // namespace

TEST_CASE("a script without requirements needs no installer") {
  const Plan plan = plan_of({.arguments = {"--lr", "0.1"}});
  CHECK(plan.install.empty());
  CHECK(plan.program.argv == std::vector<std::string>{"/usr/bin/python3", "train.py", "--lr", "0.1"});
  CHECK(plan.program.cwd == "/code");
}

TEST_CASE("the code directory comes before the user's own PYTHONPATH") {
  CHECK(plan_of({}).program.env.at("PYTHONPATH") == "/code");
  CHECK(plan_of({.env = {{"PYTHONPATH", "/mine"}}}).program.env.at("PYTHONPATH") == "/code:/mine");
}

TEST_CASE("Python's output is unbuffered, unless the image says otherwise") {
  CHECK(plan_of({}).program.env.at("PYTHONUNBUFFERED") == "1");
  CHECK(plan_of({.env = {{"PYTHONUNBUFFERED", ""}}}).program.env.at("PYTHONUNBUFFERED").empty());
}

TEST_CASE("a package and its requirements are installed in one go") {
  const Plan plan = plan_of({.code = {.directory = "/code", .has_setup_py = true, .has_requirements = true}});
  REQUIRE(plan.install.size() == 1);
  CHECK(plan.install[0].command.argv ==
        std::vector<std::string>{"/usr/bin/python3", "-m", "pip", "install", ".", "-r", "requirements.txt"});
  CHECK(plan.install[0].command.cwd == "/code");
}

TEST_CASE("a package is installed before a script or a command of its directories runs") {
  const CodeLayout code = {
      .directory = "/code", .has_setup_py = true, .program = {.is_file = true, .is_executable = true}};
  const Plan script = plan_of({.program = "src/train.py", .code = code});
  REQUIRE(script.install.size() == 1);
  CHECK(script.install[0].command.argv.back() == ".");
  CHECK(script.program.argv == std::vector<std::string>{"/usr/bin/python3", "src/train.py"});
  const Plan command = plan_of({.program = "bin/train", .code = code});
  REQUIRE(command.install.size() == 1);
  CHECK(command.install[0].command.argv.back() == ".");
  CHECK(command.program.argv == std::vector<std::string>{"./bin/train"});
}

TEST_CASE("nothing runs and nothing is installed for a program that is not there") {
  const CodeLayout code = {.directory = "/code", .has_setup_py = true};
  CHECK_THROWS_WITH(plan_of({.program = "src/train.py", .code = code}),
                    Catch::Contains("src/train.py is no file in /code"));
}

TEST_CASE("requirements are installed for a shell program too") {
  const Plan plan =
      plan_of({.program = "train.sh",
               .code = {.directory = "/code", .has_requirements = true, .program = {.is_file = true}}});
  REQUIRE(plan.install.size() == 1);
  CHECK(plan.program.argv == std::vector<std::string>{"./train.sh"});
}

TEST_CASE("root may install into an externally managed interpreter, and what the image says of it stays") {
  const CodeLayout code = {.directory = "/code", .has_requirements = true, .program = {.is_file = true}};
  CHECK(plan_of({.code = code, .as_root = true}).install[0].command.env.at("PIP_BREAK_SYSTEM_PACKAGES") ==
        "1");
  CHECK(plan_of({.code = code, .env = {{"PIP_BREAK_SYSTEM_PACKAGES", "0"}}, .as_root = true})
            .install[0]
            .command.env.at("PIP_BREAK_SYSTEM_PACKAGES") == "0");
  CHECK(plan_of({.code = code}).install[0].command.env.count("PIP_BREAK_SYSTEM_PACKAGES") == 0);
}

TEST_CASE("a framework's function runs in the program's place, and needs no program") {
  Environment environment;
  environment.hosts = {"algo-1"};
  environment.framework_module = "my_framework:main";
  const CodeLayout code = {.directory = "/code", .has_requirements = true};
  const Interpreter python = {.path = "/usr/bin/python3", .looked_for = ""};
  const auto plan = [&] {
    return make_plan({.environment = environment, .code = code, .python = python, .process_env = {}});
  };
  CHECK(plan().install.empty());
  CHECK(plan().program.argv.size() == 3);
  CHECK(plan().program.cwd.empty());
  CHECK(plan().program.env.at("SM_FRAMEWORK_MODULE") == "my_framework:main");
  for (const char* name : {"my_framework", ":main", "my_framework:", "a:b:c"}) {
    environment.framework_module = name;
    CHECK_THROWS_WITH(plan(), Catch::Contains("module:function") && Catch::Contains(name));
  }
}

TEST_CASE("a missing interpreter is told with where it was looked for, but only where one is needed") {
  const Interpreter none = {.path = "", .looked_for = "python3 and python on PATH"};
  CHECK_THROWS_WITH(plan_of({.python = none}), Catch::Contains("python3 and python on PATH"));
  CHECK(plan_of({.program = "train.sh", .python = none}).program.argv.front() == "./train.sh");
}

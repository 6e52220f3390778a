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
};

Plan plan_of(const Case& c) {
  Environment environment;
  environment.hosts = {"algo-1"};
  environment.user_entry_point = c.program;
  return make_plan({.environment = environment,
                    .code = c.code,
                    .python = c.python,
                    .process_env = c.env,
                    .arguments = c.arguments});
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

TEST_CASE("the code directory is not put before a PYTHONPATH that begins with it") {
  CHECK(plan_of({.env = {{"PYTHONPATH", "/code:/mine"}}}).program.env.at("PYTHONPATH") == "/code:/mine");
  CHECK(plan_of({.env = {{"PYTHONPATH", "/code2"}}}).program.env.at("PYTHONPATH") == "/code:/code2");
}

TEST_CASE("Python's output is unbuffered, unless the image says otherwise") {
  CHECK(plan_of({}).program.env.at("PYTHONUNBUFFERED") == "1");
  CHECK(plan_of({.env = {{"PYTHONUNBUFFERED", ""}}}).program.env.at("PYTHONUNBUFFERED").empty());
}

TEST_CASE("the program finds what was installed beside, behind the code's own modules") {
  Installation installation;
  installation.steps.push_back({.what = "requirements.txt", .command = {}});
  CHECK(with_installation(plan_of({.env = {{"PATH", "/bin"}}}), installation).program.env.at("PATH") ==
        "/bin");
  installation.module_directories = {"/p/lib", "/p/lib64"};
  installation.script_directories = {"/p/bin"};
  const Plan plan =
      with_installation(plan_of({.env = {{"PYTHONPATH", "/mine"}, {"PATH", "/bin"}}}), installation);
  CHECK(plan.install.size() == 1);
  CHECK(plan.program.env.at("PYTHONPATH") == "/code:/p/lib:/p/lib64:/mine");
  CHECK(plan.program.env.at("PATH") == "/p/bin:/bin");
  CHECK(with_installation(plan_of({}), installation).program.env.at("PYTHONPATH") == "/code:/p/lib:/p/lib64");
}

TEST_CASE("nothing runs and nothing is installed for a program that is not there") {
  const CodeLayout code = {.directory = "/code", .has_setup_py = true};
  CHECK_THROWS_WITH(plan_of({.program = "src/train.py", .code = code}),
                    Catch::Contains("src/train.py is no file in /code"));
}

TEST_CASE("a framework's function runs in the program's place, and needs no program") {
  Environment environment;
  environment.hosts = {"algo-1"};
  environment.framework_module = "my_framework:main";
  const CodeLayout code = {.directory = "/code"};
  const Interpreter python = {.path = "/usr/bin/python3", .looked_for = ""};
  const auto plan = [&] {
    return make_plan({.environment = environment, .code = code, .python = python, .process_env = {}});
  };
  CHECK(plan().install.empty());
  CHECK(plan().program.argv ==
        std::vector<std::string>{"/usr/bin/python3", "-m", "sm_train_framework", "my_framework:main"});
  CHECK(plan().program.env.count("SM_TRAIN_STARTED") == 0);
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

TEST_CASE("a framework's own command runs in the place of the program, once all else is done") {
  Environment environment;
  environment.hosts = {"algo-1"};
  environment.user_entry_point = "train.py";
  const CodeLayout code = {.directory = "/code", .program = {.is_file = true}};
  const Interpreter python = {.path = "/usr/bin/python3", .looked_for = ""};
  const Plan plan = make_plan({.environment = environment,
                               .code = code,
                               .python = python,
                               .process_env = {{"SM_TRAIN_FRAMEWORK_COMMAND", "x"}},
                               .framework_command = {"/usr/bin/python3", "/image/my_framework.py"}});
  CHECK(plan.program.argv == std::vector<std::string>{"/usr/bin/python3", "/image/my_framework.py"});
  CHECK(plan.program.cwd.empty());
  CHECK(plan.program.env.at("SM_TRAIN_STARTED") == "1");
  CHECK(plan.program.env.count("SM_TRAIN_FRAMEWORK_COMMAND") == 0);
}

TEST_CASE("the library's Python package stands behind all others") {
  CHECK(with_python_package(plan_of({}), "/p").program.env.at("PYTHONPATH") == "/code:/p");
  CHECK(with_python_package(plan_of({.env = {{"PYTHONPATH", "/mine"}}}), "/p").program.env.at("PYTHONPATH") ==
        "/code:/mine:/p");
}

#include "sm_train/contract/installation.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"

using namespace sm_train;
using Argv = std::vector<std::string>;
using Catch::Matchers::Contains;

namespace {

InstallationInput input() {
  return {.requirements = "requirements.txt", .code_directory = "/code", .python = "/py"};
}

Argv argv_of(const InstallationInput& input) {
  const auto plan = plan_installation(input);
  REQUIRE(plan.steps.size() == 1);
  CHECK(plan.steps[0].command.cwd == "/code");
  return plan.steps[0].command.argv;
}

EnvVars env_of(const InstallationInput& input) {
  return plan_installation(input).steps.at(0).command.env;
}

bool is_noted(const Installation& plan, const std::string& text) {
  return plan.notes.size() == 1 && plan.notes[0].find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a package and its requirements are installed in one go") {
  InstallationInput both = input();
  both.package = true;
  CHECK(argv_of(both) == Argv{"/py", "-m", "pip", "install", ".", "-r", "requirements.txt"});
  CHECK(plan_installation(both).steps[0].what == "the package in /code and requirements.txt");
  CHECK(argv_of(input()) == Argv{"/py", "-m", "pip", "install", "-r", "requirements.txt"});
  both.requirements = "";
  CHECK(argv_of(both) == Argv{"/py", "-m", "pip", "install", "."});
}

TEST_CASE(
    "nothing is installed where there is nothing, where all is there, and where the installer is none") {
  InstallationInput nothing = input();
  nothing.requirements = "";
  CHECK(plan_installation(nothing).steps.empty());
  CHECK(plan_installation(nothing).notes.empty());

  InstallationInput satisfied = input();
  satisfied.state.requirements_are_satisfied = true;
  CHECK(plan_installation(satisfied).steps.empty());
  CHECK(is_noted(plan_installation(satisfied), "requirements.txt is satisfied already"));
  satisfied.package = true;
  CHECK(plan_installation(satisfied).steps.size() == 1);

  InstallationInput none = input();
  none.choice = InstallerChoice::none;
  none.state.has_pip = false;
  CHECK(plan_installation(none).steps.empty());
  CHECK(is_noted(plan_installation(none), "requirements.txt is not installed"));
}

TEST_CASE("uv installs where it is there, unless pip is configured in a way that uv would not follow") {
  InstallationInput both = input();
  both.uv = "/bin/uv";
  const Argv by_uv = {"/bin/uv", "pip", "install", "--python", "/py", "-r", "requirements.txt"};
  const Argv by_pip = {"/py", "-m", "pip", "install", "-r", "requirements.txt"};
  CHECK(argv_of(both) == by_uv);

  struct Row {
    EnvVars env;
    std::vector<std::string> pip_config_files;
    bool is_pip;
  };
  const auto row = GENERATE(
      values<Row>({{{{"PIP_INDEX_URL", "https://mine"}}, {}, true},
                   {{{"PIP_INDEX_URL", ""}}, {}, false},
                   {{{"PIP_NO_CACHE_DIR", "1"}, {"PIP_DISABLE_PIP_VERSION_CHECK", "1"}}, {}, false},
                   {{}, {"/etc/pip.conf"}, true},
                   {{{"PIP_INDEX_URL", "https://mine"}, {"UV_DEFAULT_INDEX", "https://mine"}}, {}, false},
                   {{{"PIP_INDEX_URL", "https://mine"}, {"UV_INDEX_STRATEGY", "first-index"}}, {}, true}}));
  both.env = row.env;
  both.state.pip_config_files = row.pip_config_files;
  CHECK(argv_of(both) == (row.is_pip ? by_pip : by_uv));
  CHECK(plan_installation(both).notes.size() == (row.is_pip ? 1 : 0));
  both.choice = InstallerChoice::uv;
  CHECK(argv_of(both) == by_uv);
  both.choice = InstallerChoice::pip;
  CHECK(argv_of(both) == by_pip);
}

TEST_CASE("without the installer that is needed the error says what is missing") {
  struct Row {
    InstallerChoice choice;
    const char* uv;
    bool has_pip;
    const char* said;
  };
  const auto row =
      GENERATE(Row{InstallerChoice::automatic, "", false, "uv is not on PATH, and /py has no pip"},
               Row{InstallerChoice::pip, "/bin/uv", false, "/py has no pip"},
               Row{InstallerChoice::uv, "", true, "uv is not on PATH"});
  InstallationInput lacking = input();
  lacking.choice = row.choice;
  lacking.uv = row.uv;
  lacking.state.has_pip = row.has_pip;
  CHECK_THROWS_WITH(plan_installation(lacking),
                    Contains("install requirements.txt") && Contains(row.said) && Contains("--installer"));
  lacking.choice = InstallerChoice::automatic;
  lacking.uv = "/bin/uv";
  CHECK(argv_of(lacking)[0] == "/bin/uv");
}

TEST_CASE("in a container the mark of an externally managed interpreter stops nobody, which is said") {
  InstallationInput managed = input();
  managed.state.is_externally_managed = true;
  CHECK(env_of(managed).count("PIP_BREAK_SYSTEM_PACKAGES") == 0);
  CHECK(plan_installation(managed).notes.empty());

  managed.in_container = true;
  CHECK(env_of(managed).at("PIP_BREAK_SYSTEM_PACKAGES") == "1");
  CHECK(env_of(managed).at("UV_BREAK_SYSTEM_PACKAGES") == "1");
  CHECK(is_noted(plan_installation(managed), "externally managed (PEP 668)"));

  managed.env = {{"PIP_BREAK_SYSTEM_PACKAGES", "0"}};
  CHECK(env_of(managed).at("PIP_BREAK_SYSTEM_PACKAGES") == "0");
  CHECK(plan_installation(managed).notes.empty());

  managed.env = {};
  managed.state.is_externally_managed = false;
  CHECK(env_of(managed).count("PIP_BREAK_SYSTEM_PACKAGES") == 0);
}

TEST_CASE("the cache of a warm pool is the installer's, unless the image names another") {
  InstallationInput warm = input();
  warm.env = {{"SAGEMAKER_MANAGED_WARMPOOL_CACHE_DIRECTORY", "/opt/ml/sagemaker/warmpoolcache"},
              {"UV_CACHE_DIR", "/mine"}};
  CHECK(env_of(warm).at("PIP_CACHE_DIR") == "/opt/ml/sagemaker/warmpoolcache/pip");
  CHECK(env_of(warm).at("UV_CACHE_DIR") == "/mine");
  CHECK(env_of(input()).count("PIP_CACHE_DIR") == 0);
}

TEST_CASE("without pip, uv does not install what pip is told to take from elsewhere") {
  InstallationInput elsewhere = input();
  elsewhere.uv = "/bin/uv";
  elsewhere.state.has_pip = false;
  elsewhere.env = {{"PIP_INDEX_URL", "https://mine"}};
  CHECK_THROWS_WITH(plan_installation(elsewhere),
                    Contains("uv does not follow PIP_INDEX_URL") && Contains("UV_DEFAULT_INDEX"));
  elsewhere.choice = InstallerChoice::uv;
  CHECK(argv_of(elsewhere)[0] == "/bin/uv");
}

TEST_CASE("packages go below a prefix where the interpreter takes none, and the program finds them") {
  InstallationInput read_only = input();
  read_only.prefix = "/tmp/p";
  read_only.state.is_site_writable = false;
  read_only.state.module_directories = {"/tmp/p/lib"};
  read_only.state.script_directories = {"/tmp/p/bin"};
  read_only.env = {{"PIP_USER", "1"}};
  CHECK(argv_of(read_only) == Argv{"/py", "-m", "pip", "install", "--user", "-r", "requirements.txt"});
  CHECK(env_of(read_only).at("PYTHONUSERBASE") == "/tmp/p");
  CHECK(env_of(read_only).count("PIP_USER") == 0);
  const auto plan = plan_installation(read_only);
  CHECK(plan.module_directories == Argv{"/tmp/p/lib"});
  CHECK(plan.script_directories == Argv{"/tmp/p/bin"});
  CHECK(is_noted(plan, "/tmp/p, for this job only"));

  read_only.state.is_virtual = true;
  CHECK(argv_of(read_only) == Argv{"/py", "-m", "pip", "install", "--prefix", "/tmp/p", "--ignore-installed",
                                   "-r", "requirements.txt"});
  read_only.state.is_virtual = false;
  read_only.state.is_user_site_writable = true;
  read_only.env = {};
  CHECK(argv_of(read_only) == Argv{"/py", "-m", "pip", "install", "-r", "requirements.txt"});
  CHECK(plan_installation(read_only).module_directories.empty());
  read_only.uv = "/bin/uv";
  CHECK(argv_of(read_only) ==
        Argv{"/bin/uv", "pip", "install", "--python", "/py", "--prefix", "/tmp/p", "-r", "requirements.txt"});
}

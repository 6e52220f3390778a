#include "sm_train/python/interpreter.hpp"

#include <filesystem>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using test::write_in;
namespace fs = std::filesystem;

namespace {

const std::string system_python = "/usr/bin/python3";

fs::path write_program(const TempDir& directory, const std::string& name) {
  return write_in(directory, name, "#!/bin/sh\n", 0755);
}

/// An installed distribution, as importlib.metadata finds it on PYTHONPATH.
void write_distribution(const TempDir& directory, const std::string& name, const std::string& version,
                        const std::string& requires_lines = "") {
  write_in(directory, "site/" + name + "-" + version + ".dist-info/METADATA",
           "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n" + requires_lines);
}

EnvVars env_with(const TempDir& directory, EnvVars more = {}) {
  more.insert({{"PATH", "/usr/bin:/bin"}, {"HOME", "/"}, {"PYTHONPATH", directory.path() / "site"}});
  return more;
}

bool are_satisfied(const TempDir& directory, const std::string& requirements, const EnvVars& more = {}) {
  const fs::path file = write_in(directory, "requirements.txt", requirements);
  return look_at_interpreter(system_python, file, "/p", env_with(directory, more), "/")
      .requirements_are_satisfied;
}

}  // namespace

TEST_CASE("the interpreter is the virtual environment's, else conda's, else the first on PATH") {
  const TempDir directory;
  const fs::path venv = write_program(directory, "venv/bin/python");
  const fs::path conda = write_program(directory, "conda/bin/python");
  const fs::path python3 = write_program(directory, "path/python3");
  write_program(directory, "path/python");
  EnvVars env = {{"VIRTUAL_ENV", directory.path() / "venv"},
                 {"CONDA_PREFIX", directory.path() / "conda"},
                 {"PATH", directory.path() / "path"}};
  CHECK(find_python("", env).path == venv);
  env.erase("VIRTUAL_ENV");
  CHECK(find_python("", env).path == conda);
  env["CONDA_PREFIX"] = directory.path() / "nowhere";
  CHECK(find_python("", env).path == python3);
  fs::remove(python3);
  CHECK(find_python("", env).path == directory.path() / "path/python");
}

TEST_CASE("a chosen interpreter is a path or a name on PATH, and must be there") {
  const TempDir directory;
  const fs::path python = write_program(directory, "mypython");
  const EnvVars env = {{"PATH", directory.path()}};
  CHECK(find_python(python, {}).path == python);
  CHECK(find_python("mypython", env).path == python);
  CHECK_THROWS_WITH(find_python("/no/python", env), Catch::Contains("/no/python"));
  CHECK_THROWS_WITH(find_python("nopython", env), Catch::Contains("nopython"));
}

TEST_CASE("requirements are satisfied where each distribution is there, with all that it requires") {
  const TempDir directory;
  write_distribution(directory, "some_a", "1.5",
                     "Requires-Dist: some_b>=2\nRequires-Dist: absent ; extra == \"x\"\n");
  write_distribution(directory, "some_b", "2.0", "Requires-Dist: some-a\n");
  write_distribution(directory, "with_extra", "1.0", "Provides-Extra: more\n");
  write_distribution(directory, "broken", "1.0", "Requires-Dist: some_b>=3\n");
  struct Row {
    const char* requirements;
    bool satisfied;
  };
  const auto row = GENERATE(values<Row>({
      {"some-a==1.5\n# a comment\n\nSome_B>=1,<3  # another\n", true},
      {"--extra-index-url https://x/simple\n-i https://x\nsome_a\n", true},
      {"some_a\\\n>=1\n", true},
      {"# a comment \\\nabsent\n", false},
      {"some_a\\\n# a comment\nabsent\n", false},
      {"with_extra[more]\n", true},
      {"with_extra[More]\n", false},
      {"--no-index -r other.txt\n", false},
      {"--find-links=x -c constraints.txt\nsome_a\n", false},
      {"absent; python_version < '3'\nsome_a", true},
      {"some_a>=2\n", false},
      {"absent\n", false},
      {"some_a[x]\n", false},
      {"broken\n", false},
      {"-r other.txt\n", false},
      {"-e .\n", false},
      {"./some_a\n", false},
      {"some_a @ https://x/a.whl\n", false},
      {"some_a==1.5 --hash=sha256:00\n", false},
      {"some_a==${VERSION}\n", false},
      {"==\n", false},
  }));
  CAPTURE(row.requirements);
  CHECK(are_satisfied(directory, row.requirements) == row.satisfied);
}

TEST_CASE("a setting of the installer that asks for more leaves it to look") {
  const TempDir directory;
  write_distribution(directory, "some_a", "1.5");
  CHECK(are_satisfied(directory, "some_a", {{"PIP_NO_CACHE_DIR", "1"}}));
  for (const char* name : {"PIP_UPGRADE", "PIP_CONSTRAINT", "PIP_TARGET", "UV_CONSTRAINT", "UV_OVERRIDE"})
    CHECK_FALSE(are_satisfied(directory, "some_a", {{name, "1"}}));
}

TEST_CASE("a pip.conf that asks for more leaves it to the installer to look, too") {
  const TempDir directory;
  write_distribution(directory, "some_a", "1.5");
  const auto are_with = [&](const std::string& conf) {
    return are_satisfied(directory, "some_a", {{"PIP_CONFIG_FILE", write_in(directory, "pip.conf", conf)}});
  };
  CHECK(are_with("[global]\nindex-url = https://x\n"));
  CHECK(are_with("[list]\nupgrade = true\n"));
  CHECK_FALSE(are_with("[install]\nupgrade = true\n"));
  CHECK_FALSE(are_with("[global]\nconstraint = c.txt\n"));
  CHECK_FALSE(are_with("no = section\n"));
}

TEST_CASE("what pip adds to the path for itself alone satisfies nothing") {
  const TempDir directory;
  write_distribution(directory, "some_a", "1.5");
  write_in(directory, "private/some_p-1.0.dist-info/METADATA",
           "Metadata-Version: 2.1\nName: some_p\nVersion: 1.0\n");
  write_in(directory, "site/pip/__init__.py", "");
  write_in(directory, "site/pip/_vendor/__init__.py",
           "import sys\nsys.path.insert(0, '" + (directory.path() / "private").native() +
               "')\n__path__.append('/usr/lib/python3/dist-packages/pip/_vendor')\n");
  CHECK(are_satisfied(directory, "some_a"));
  CHECK_FALSE(are_satisfied(directory, "some_p"));
}

TEST_CASE("what prints when the interpreter starts is no answer") {
  const TempDir directory;
  write_distribution(directory, "some_a", "1.5");
  write_in(directory, "site/sitecustomize.py", "print('welcome')");
  CHECK(are_satisfied(directory, "some_a"));
}

TEST_CASE("modules of the code cannot stand for those that the interpreter is asked with") {
  const TempDir directory;
  write_distribution(directory, "some_a", "1.5");
  write_in(directory, "json.py", "raise SystemExit('mine')");
  const fs::path before = fs::current_path();
  fs::current_path(directory.path());
  CHECK(are_satisfied(directory, "some_a"));
  fs::current_path(before);
}

TEST_CASE("an interpreter says where packages would lie below a prefix, and whether it takes any") {
  const TempDir directory;
  const auto state = look_at_interpreter(system_python, "", "/p", env_with(directory), "/");
  CHECK_FALSE(state.requirements_are_satisfied);
  REQUIRE_FALSE(state.module_directories.empty());
  for (const auto& each : state.module_directories) CHECK(each.starts_with("/p/"));
  CHECK(std::count(state.script_directories.begin(), state.script_directories.end(), "/p/bin") == 1);
}

TEST_CASE("of an interpreter that does not answer nothing is known, and the installer will say why") {
  const TempDir directory;
  for (const char* text : {"#!/bin/sh\nexit 1\n", "#!/bin/sh\necho nonsense\n", "#!/bin/sh\necho '[1]'\n"}) {
    const auto state =
        look_at_interpreter(write_in(directory, "python", text, 0755), "", "/p", env_with(directory), "/");
    CHECK(state.has_pip);
    CHECK(state.is_site_writable);
    CHECK_FALSE(state.requirements_are_satisfied);
  }
}

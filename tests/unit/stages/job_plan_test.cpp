#include "sm_train/stages/job_plan.hpp"

#include "catch.hpp"
#include "sm_train/system/json.hpp"

using namespace sm_train;

namespace {

HostPlan starting(const std::string& host, std::vector<std::string> argv) {
  return {
      .host = host, .command = {.argv = std::move(argv), .env = {}, .cwd = "/opt/ml/code"}, .waits_for = ""};
}

HostPlan waiting(const std::string& host, const std::string& master) {
  return {.host = host, .command = {}, .waits_for = master};
}

JobPlan plan_of(Distribution distribution, std::vector<HostPlan> hosts) {
  JobPlan plan;
  plan.source.directory = "/opt/ml/code";
  plan.program = {.host = "algo-1", .argv = {"p"}, .cwd = "/opt/ml/code", .variables = {}};
  plan.distribution = distribution;
  plan.hosts = std::move(hosts);
  return plan;
}

/// One section of the text, without its title.
std::string section(const std::string& title, const JobPlan& plan, const Secrets& secrets = {}) {
  const std::string text = job_plan_text(plan, secrets);
  const std::size_t start = text.find(title + ":\n");
  if (start == std::string::npos) return "";
  const std::size_t lines = text.find('\n', start) + 1;
  const std::size_t end = text.find("\n\n", lines);
  return text.substr(lines, end == std::string::npos ? end : end + 1 - lines);
}

Value json_of(const JobPlan& plan, const std::string& key, const Secrets& secrets = {}) {
  const Value whole = parse_json(job_plan_json(plan, secrets), "the plan");
  const Value* found = whole.dict()->find(key);
  return found == nullptr ? Value() : *found;
}

Value parsed(const std::string& json) {
  return parse_json(json, "the test's");
}

}  // namespace

TEST_CASE("the text of a plan has its sections in the order of the steps") {
  JobPlan plan = plan_of(Distribution::none, {starting("algo-1", {"p"})});
  plan.configs = {{.path = "/c/a.json", .is_there = true, .note = ""}};
  plan.program.variables = {{"A", "1"}};
  plan.notes = {"so it is"};
  CHECK(job_plan_text(plan, {}) ==
        "Configs:\n  /c/a.json\n\n"
        "Code:\n  /opt/ml/code, as it lies there\n\n"
        "Installation:\n  nothing\n\n"
        "Program:\n  p\n  in /opt/ml/code\n\n"
        "Hosts:\n  algo-1, in /opt/ml/code:\n    p\n\n"
        "Variables on algo-1:\n  A=1\n\n"
        "Notes:\n  so it is\n");
}

TEST_CASE("each host has its block, with its command quoted for a shell") {
  const JobPlan plan = plan_of(Distribution::torchrun, {starting("algo-1", {"torchrun", "0", "a b"}),
                                                        starting("algo-2", {"torchrun", "1", "a b"})});
  CHECK(
      section("Hosts", plan) ==
      "  algo-1, in /opt/ml/code:\n    torchrun 0 'a b'\n  algo-2, in /opt/ml/code:\n    torchrun 1 'a b'\n");
}

TEST_CASE("a row of hosts that do the same is one block") {
  JobPlan plan = plan_of(Distribution::mpi, {starting("a", {"mpirun"})});
  plan.hosts.push_back(waiting("b", "a"));
  CHECK(section("Hosts", plan) == "  a, in /opt/ml/code:\n    mpirun\n  b: waits for a\n");
  plan.hosts.push_back(waiting("c", "a"));
  CHECK(section("Hosts", plan) == "  a, in /opt/ml/code:\n    mpirun\n  b and c: wait for a\n");
  plan.hosts.push_back(waiting("d", "a"));
  CHECK(section("Hosts", plan) == "  a, in /opt/ml/code:\n    mpirun\n  b to d (3 hosts): wait for a\n");
  plan.hosts.push_back(waiting("e", "d"));
  CHECK(section("Hosts", plan) ==
        "  a, in /opt/ml/code:\n    mpirun\n  b to d (3 hosts): wait for a\n  e: waits for d\n");
}

TEST_CASE("what stands in a name, a path or a value cannot break the lines of a plan") {
  JobPlan plan = plan_of(Distribution::none, {starting("a\nb", {"p"})});
  plan.hosts[0].command.cwd = "/x\x1b[2J";
  plan.configs = {{.path = "/c\n", .is_there = true, .note = ""}};
  plan.program.variables = {{"A\nB", "1\n2"}};
  CHECK(section("Hosts", plan) == "  \"a\\x0ab\", in \"/x\\x1b[2J\":\n    p\n");
  CHECK(section("Configs", plan) == "  \"/c\\x0a\"\n");
  CHECK(section("Variables on algo-1", plan) == "  \"A\\x0aB\"=$'1\\n2'\n");
}

TEST_CASE("where the working directory is ours it is not told") {
  JobPlan plan = plan_of(Distribution::none, {starting("a", {"p"})});
  plan.hosts[0].command.cwd.clear();
  plan.program.cwd.clear();
  CHECK(section("Hosts", plan) == "  a:\n    p\n");
  CHECK(section("Program", plan) == "  p\n");
  CHECK(json_of(plan, "hosts") == parsed(R"([{"host": "a", "command": ["p"]}])"));
  CHECK(json_of(plan, "program") == parsed(R"({"host": "algo-1", "argv": ["p"], "variables": {}})"));
}

TEST_CASE("a plan as JSON has each host's words, or whom it waits for") {
  JobPlan plan = plan_of(Distribution::mpi,
                         {starting("algo-1", {"mpirun", "a b", "\xff"}), waiting("algo-2", "algo-1")});
  CHECK(json_of(plan, "distribution") == Value("mpi"));
  CHECK(json_of(plan, "notes").is_null());
  CHECK_THAT(job_plan_json(plan, {}),
             Catch::Contains(R"("hosts": [{"host": "algo-1", "command": ["mpirun", "a b", "\udcff"], )"
                             R"("cwd": "/opt/ml/code"}, {"host": "algo-2", "waits_for": "algo-1"}]})"));
  plan.notes = {"so it is"};
  CHECK(json_of(plan, "notes") == parsed(R"(["so it is"])"));
}

TEST_CASE("a plan tells of each config file whether it was found, and what counts otherwise") {
  JobPlan plan = plan_of(Distribution::none, {});
  plan.configs = {{.path = "/c/a", .is_there = true, .note = ""},
                  {.path = "/c/b", .is_there = false, .note = "there are none"},
                  {.path = "/c/c", .is_there = true, .note = "not read"}};
  CHECK(section("Configs", plan) == "  /c/a\n  /c/b: absent, there are none\n  /c/c: not read\n");
  CHECK(json_of(plan, "configs") ==
        parsed(R"([{"path": "/c/a", "found": true}, {"path": "/c/b", "found": false, "note": )"
               R"("there are none"}, {"path": "/c/c", "found": true, "note": "not read"}])"));
}

TEST_CASE("a plan tells where the code comes from, and what becomes of the code that is there") {
  JobPlan plan = plan_of(Distribution::none, {});
  plan.source = {.origin = CodeOrigin::s3,
                 .source = "s3://b/k.tar.gz",
                 .directory = "/code",
                 .existing_code = ExistingCode::overlay};
  CHECK(section("Code", plan) == "  s3://b/k.tar.gz\n  into /code, over what is there\n");
  CHECK(json_of(plan, "source") == parsed(R"({"kind": "s3", "uri": "s3://b/k.tar.gz", "directory": "/code",)"
                                          R"( "existing_code": "overlay"})"));
  plan.source.origin = CodeOrigin::file;
  plan.source.existing_code = ExistingCode::replace;
  CHECK(section("Code", plan) == "  s3://b/k.tar.gz\n  into /code, in the place of what is there\n");
  plan.source.origin = CodeOrigin::in_place;
  plan.source.existing_code = ExistingCode::keep;
  CHECK(section("Code", plan) ==
        "  /code, as it lies there\n  s3://b/k.tar.gz is not fetched, as that is kept\n");
  plan.source.source.clear();
  CHECK(section("Code", plan) == "  /code, as it lies there\n");
  CHECK(json_of(plan, "source") ==
        parsed(R"({"kind": "in_place", "directory": "/code", "existing_code": "keep"})"));
}

TEST_CASE("a plan has the commands that install, or the rule where the code cannot be looked at") {
  JobPlan plan = plan_of(Distribution::none, {});
  plan.install.steps = {{.what = "requirements.txt",
                         .command = {.argv = {"python3", "-m", "pip"}, .env = {}, .cwd = "/opt/ml/code"}}};
  plan.install.notes = {"in a container"};
  CHECK(section("Installation", plan) ==
        "  requirements.txt, in /opt/ml/code:\n    python3 -m pip\n  in a container\n");
  CHECK(json_of(plan, "install") ==
        parsed(R"({"steps": [{"what": "requirements.txt", "command": ["python3", "-m", "pip"], "cwd": )"
               R"("/opt/ml/code"}], "notes": ["in a container"]})"));
  plan.install = {.steps = {}, .notes = {}, .rule = "requirements.txt, by pip"};
  CHECK(section("Installation", plan) == "  requirements.txt, by pip\n");
  CHECK(json_of(plan, "install") == parsed(R"({"rule": "requirements.txt, by pip", "steps": []})"));
}

TEST_CASE("a long value is cut in a plan's text, with its size, and never in its JSON") {
  JobPlan plan = plan_of(Distribution::none, {});
  const std::string value = "[\"" + std::string(2000, 'x') + "\"]";
  plan.program.variables = {{"SM_HPS", value}};
  CHECK(section("Variables on algo-1", plan) == "  SM_HPS='[\"" + std::string(38, 'x') + "'... (2.0 KiB)\n");
  CHECK(*json_of(plan, "program").dict()->find("variables")->dict()->find("SM_HPS") == Value(value));
}

TEST_CASE("a plan shows no secret, neither in its text nor in its JSON") {
  const Secrets secrets(EnvVars{{"DB_PASSWORD", "a secret word"}});
  JobPlan plan =
      plan_of(Distribution::none, {starting("a", {"p", "--api_key", "s3cr3t", "--dsn", "a secret word"})});
  plan.program.argv = plan.hosts[0].command.argv;
  plan.program.variables = {{"SM_HP_API_KEY", "s3cr3t"},
                            {"SM_HPS", R"({"api_key":"s3cr3t","lr":0.1})"},
                            {"SM_USER_ARGS", R"(["--api_key","s3cr3t","--lr","0.1"])"},
                            {"SM_HP_DSN", "https://me:s3cr3t@host/?X-Amz-Signature=s3cr3t&a"}};
  plan.source = {.origin = CodeOrigin::s3,
                 .source = "s3://me:s3cr3t@b/k",
                 .directory = "/opt/ml/code",
                 .existing_code = ExistingCode::overlay};
  plan.install.steps = {{.what = "requirements.txt",
                         .command = {.argv = {"pip", "--index-url", "https://me:s3cr3t@host/"},
                                     .env = {{"PIP_INDEX_URL", "https://me:s3cr3t@host/"}},
                                     .cwd = "/opt/ml/code"}}};
  plan.notes = {"from https://u:a secret word@host/"};
  for (const std::string& shown : {job_plan_text(plan, secrets), job_plan_json(plan, secrets)}) {
    CHECK_THAT(shown, !Catch::Contains("s3cr3t"));
    CHECK_THAT(shown, !Catch::Contains("a secret word"));
  }
  CHECK(section("Hosts", plan, secrets) == "  a, in /opt/ml/code:\n    p --api_key ****** --dsn '******'\n");
  CHECK(json_of(plan, "hosts", secrets) ==
        parsed(R"([{"host": "a", "command": ["p", "--api_key", "******", "--dsn", "******"], )"
               R"("cwd": "/opt/ml/code"}])"));
  CHECK(*json_of(plan, "program", secrets).dict()->find("variables") ==
        parsed(R"({"SM_HPS": "{\"api_key\":\"******\",\"lr\":0.1}", "SM_HP_API_KEY": "******", )"
               R"("SM_HP_DSN": "https://******@host/?X-Amz-Signature=******&a", )"
               R"("SM_USER_ARGS": "[\"--api_key\",\"******\",\"--lr\",\"0.1\"]"})"));
}

TEST_CASE("a word is masked by what stands before it on its own host") {
  const JobPlan plan =
      plan_of(Distribution::none,
              {starting("a", {"p", "--name", "s3cr3t"}), starting("b", {"p", "--api_key", "s3cr3t", "x"}),
               starting("c", {"p"}), starting("d", {"p", "--name", "s3cr3t", "x"})});
  const std::string text = job_plan_text(plan, {});
  CHECK_THAT(text, Catch::Contains("b, in /opt/ml/code:\n    p --api_key ****** x\n"));
  CHECK_THAT(text, Catch::Contains("d, in /opt/ml/code:\n    p --name s3cr3t x\n"));
  const std::string json = job_plan_json(plan, {});
  CHECK_THAT(json, Catch::Contains(R"("b", "command": ["p", "--api_key", "******", "x"])"));
  CHECK_THAT(json, Catch::Contains(R"("d", "command": ["p", "--name", "s3cr3t", "x"])"));
}

// The commands that the Python toolkit starts, for a number of jobs.
#include "catch.hpp"
#include "sm_train/contract/arguments.hpp"
#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/env_vars.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/distributed/distribution.hpp"
#include "sm_train/distributed/mpi.hpp"
#include "sm_train/distributed/torchrun.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/json.hpp"

using namespace sm_train;
using Words = std::vector<std::string>;

namespace {

const Value& at(const Value& object, const std::string& name) {
  const Value* found = object.dict()->find(name);
  REQUIRE(found != nullptr);
  return *found;
}

Words words_of(const Value& list) {
  Words words;
  for (const Value& word : *list.list()) words.push_back(*word.text());
  return words;
}

/// "cpu:algo-1,algo-2" as an object of the config.
Value group_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  List hosts;
  for (std::size_t start = colon + 1; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    hosts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  return Dict(
      {{"instance_group_name", text.substr(0, colon)}, {"instance_type", "x"}, {"hosts", std::move(hosts)}});
}

Environment environment_of(const Value& job) {
  Dict hyperparameters = *at(job, "hyperparameters").dict();
  hyperparameters.set("sagemaker_program", at(job, "program"));
  Dict resource = *at(job, "resource").dict();
  List groups;
  for (const std::string& group : words_of(at(job, "groups"))) groups.push_back(group_of(group));
  resource.set("instance_groups", std::move(groups));
  const int gpus = std::stoi(std::get<Integer>(at(job, "gpus").data()).digits);
  return create_environment({.hyperparameters = read_hyperparameters(hyperparameters, "h", try_parse_json),
                             .resources = read_resource_config(resource, "r")},
                            {.num_gpus = gpus}, {.root = "/opt/ml"});
}

Command program_of(const Environment& environment, const Value& job) {
  const bool is_python = environment.user_entry_point.ends_with(".py");
  Command program = {.argv = is_python ? Words{"${PYTHON}", environment.user_entry_point}
                                       : Words{"./" + environment.user_entry_point},
                     .env = to_env_vars(environment, {}),
                     .cwd = {}};
  for (const std::string& word : to_cmd_args(environment, {})) program.argv.push_back(word);
  const std::string title = *at(job, "title").text();
  if (title.find("credentials") != std::string::npos)
    for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
      program.env[name] = "secret";
  if (title.find("precompile") != std::string::npos)
    program.env["RUN_NEURON_PARALLEL_COMPILE"] = std::string("1");
  return program;
}

Command command_of(const Value& job) {
  const Environment environment = environment_of(job);
  const bool is_python = environment.user_entry_point.ends_with(".py");
  const auto kind = is_python ? EntryPointKind::python_script : EntryPointKind::command;
  const Command program = program_of(environment, job);
  const Cluster cluster =
      cluster_of(environment, framework_count(environment, "sagemaker_mpi_num_of_processes_per_host"));
  MpiOptions options = {.processes = framework_count(environment, "sagemaker_mpi_num_processes"),
                        .custom_options = framework_text(environment, "sagemaker_mpi_custom_mpi_options"),
                        .program_prefix = is_python ? Words{"-m", "mpi4py"} : Words{},
                        .preload = "${HOSTNAME_PRELOAD}"};
  switch (choose_distribution(environment)) {
    case Distribution::mpi:
      return cluster.is_master() ? mpirun_command(cluster, program, options) : program;
    case Distribution::torchrun:
      return torchrun_command(cluster, program, kind);
    case Distribution::xla:
      return xla_command(cluster, environment.machine.num_gpus, program, kind);
    case Distribution::smddp:
      options.custom_options =
          framework_text(environment, "sagemaker_distributed_dataparallel_custom_mpi_options");
      return smddp_command(cluster, program, options);
    case Distribution::none:
      break;
  }
  return program;
}

/// As the file writes it: the variables as one word, and for SageMaker's data parallel library nothing behind
/// them. We start no shell.
Words shown(const Command& command) {
  Words words;
  for (std::size_t i = 0; i < command.argv.size(); ++i) {
    const bool is_variable = command.argv[i] == "-x" && command.argv[i + 1].starts_with("SM_") &&
                             command.env.contains(command.argv[i + 1]);
    if (!is_variable) {
      words.push_back(command.argv[i]);
      continue;
    }
    if (words.back() != "<-x each SM_ variable>") words.emplace_back("<-x each SM_ variable>");
    ++i;
  }
  return words;
}

}  // namespace

TEST_CASE("each engine is started as the Python toolkit starts it") {
  const Value jobs = parse_json(read_file(COMMANDS_FILE), COMMANDS_FILE);
  REQUIRE(jobs.list()->size() == 17);
  for (const Value& job : *jobs.list()) {
    INFO(*at(job, "title").text());
    if (job.dict()->find("error") != nullptr) {
      CHECK_THROWS_AS(command_of(job), Error);
      continue;
    }
    const Command command = command_of(job);
    Words expected = words_of(at(job, "command"));
    Words found = shown(command);
    if (at(job, "class") == Value("SMDataParallelRunner")) found.resize(expected.size());
    if (expected.size() > 3 && expected[expected.size() - 3] == "/bin/sh") {
      expected.resize(expected.size() - 3);
      for (const char* word : {"./train.sh", "-a", "b c"}) expected.emplace_back(word);
    }
    CHECK(found == expected);
    for (const auto& [name, value] : *at(job, "environment_set").dict())
      CHECK(command.env.at(name) == *value.text());
  }
}

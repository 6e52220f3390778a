#include "sm_train/stages/host_plans.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/list_some.hpp"
#include "sm_train/distributed/mpi.hpp"
#include "sm_train/stages/engine.hpp"

namespace sm_train {

namespace {

/// The job as the hosts of one instance group see it.
struct Side {
  Environment environment;
  Engine engine;
};

using GroupOfHost = std::map<std::string_view, const InstanceGroup*>;

GroupOfHost groups_of_hosts(const ResourceConfig& resources) {
  GroupOfHost groups;
  for (const InstanceGroup& group : resources.instance_groups)
    for (const std::string& host : group.hosts) groups.emplace(host, &group);
  return groups;
}

void require_host(const std::vector<std::string>& hosts, const std::string& host) {
  if (std::find(hosts.begin(), hosts.end(), host) != hosts.end()) return;
  throw Error({.cause = Cause::usage,
               .what = fmt::format("The host \"{}\" is none of the job's: {}.", host, list_some(hosts)),
               .remedy = "Name one of them with --host, or leave it out to see all."});
}

std::vector<std::string> chosen_hosts(const std::vector<std::string>& hosts,
                                      const std::optional<std::string>& host) {
  if (!host) return hosts;
  require_host(hosts, *host);
  return {*host};
}

/// `group` is that of the host, where it has one.
void take_place_of(ResourceConfig& resources, const std::string& host, const InstanceGroup* group) {
  resources.current_host = host;
  if (group == nullptr) return;
  resources.current_group_name = group->name;
  resources.current_instance_type = group->instance_type;
}

/// Which group's hosts take part, and with whom, a host tells by its own group.
Side side_of(const HostPlansInput& input, const InstanceGroup* group, const std::string& host) {
  Job job = input.job;
  take_place_of(job.resources, host, group);
  Side side = {
      .environment = with_distribution(create_environment(job, input.machine, input.paths), job.distribution),
      .engine = {}};
  // A framework's own function decides itself what starts the user's program.
  if (input.program.kind != EntryPointKind::framework)
    side.engine = choose_engine(side.environment, input.wanted);
  return side;
}

/// As the master makes it, with names for what is made when it runs.
Command foreseen_mpi_command(const Side& side, const Plan& plan) {
  MpiOptions options = {.preload = "<sm-train's gethostname library>"};
  // What is installed is seen when the job runs.
  if (is_python_script(plan.kind)) options.program_prefix = {"-m", "mpi4py"};
  if (needs_host_file(side.engine.cluster)) options.host_file = "<sm-train's file of the hosts>";
  return mpi_command(side.engine, side.environment, plan.program, options);
}

HostPlan plan_host(const std::string& host, Side& side, const Plan& plan) {
  // A cluster of its own for each host would copy the names of all.
  side.engine.cluster.current_host = host;
  const Engine& engine = side.engine;
  const Command& program = plan.program;
  if (is_mpi(engine) && !engine.cluster.is_master())
    return {.host = host, .command = {}, .waits_for = engine.cluster.master};
  std::vector<std::string> argv = is_mpi(engine) ? foreseen_mpi_command(side, plan).argv
                                                 : engine_argv(engine, side.environment, program, plan.kind);
  return {.host = host, .command = {.argv = std::move(argv), .env = {}, .cwd = program.cwd}, .waits_for = ""};
}

/// How many processes there are on a host is told by its devices, and not by the job or the engine.
bool counts_devices(const Side& side) {
  const Distribution distribution = side.engine.distribution;
  if (distribution == Distribution::none || distribution == Distribution::smddp) return false;
  return distribution != Distribution::mpi ||
         framework_count(side.environment, "sagemaker_mpi_num_of_processes_per_host") == 0;
}

/// resourceconfig.json as it lies on that host.
Value file_on(const ResourceConfig& resources) {
  if (resources.whole.dict() == nullptr) return resources.whole;
  Dict file = *resources.whole.dict();
  const auto replace = [&](const char* key, const std::string& value) {
    if (file.find(key) != nullptr) file.set(key, value);
  };
  replace("current_host", resources.current_host);
  replace("current_instance_type", resources.current_instance_type);
  if (resources.current_group_name) replace("current_group_name", *resources.current_group_name);
  return file;
}

}  // namespace

Job seen_from(Job job, const std::string& host) {
  ResourceConfig& resources = job.resources;
  require_host(resources.hosts, host);
  const auto groups = groups_of_hosts(resources);
  const auto group = groups.find(host);
  take_place_of(resources, host, group == groups.end() ? nullptr : group->second);
  resources.whole = file_on(resources);
  return job;
}

JobPlan plan_hosts(const HostPlansInput& input) {
  const ResourceConfig& resources = input.job.resources;
  const GroupOfHost groups = groups_of_hosts(resources);
  std::map<const InstanceGroup*, Side> sides;
  JobPlan plan;
  for (const std::string& host : chosen_hosts(resources.hosts, input.host)) {
    const auto found = groups.find(host);
    const InstanceGroup* group = found == groups.end() ? nullptr : found->second;
    const auto [side, is_new] = sides.try_emplace(group);
    if (is_new) side->second = side_of(input, group, host);
    plan.hosts.push_back(plan_host(host, side->second, input.program));
  }
  bool is_assumed = false;
  for (const auto& [group, side] : sides) {
    if (plan.distribution == Distribution::none) plan.distribution = side.engine.distribution;
    is_assumed = is_assumed || (counts_devices(side) && side.engine.cluster.hosts.size() > 1);
  }
  if (is_assumed)
    plan.notes.push_back(
        fmt::format("every host is taken to have the devices of this machine: {} GPUs and {} Neuron cores",
                    input.machine.num_gpus, input.machine.num_neurons));
  return plan;
}

}  // namespace sm_train

#include "sm_train/stages/doctor/hosts.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/list_some.hpp"
#include "sm_train/distributed/distribution.hpp"
#include "sm_train/stages/engine.hpp"
#include "sm_train/system/executable.hpp"

namespace sm_train {

namespace {

constexpr std::chrono::seconds limit{3};

/// What the hosts run, by name. They reach each other by ssh only for Open MPI.
std::vector<std::string> tools_of(const Engine& engine) {
  if (engine.distribution == Distribution::smddp) return {"mpirun", "smddprun", "ssh", "sshd", "ssh-keygen"};
  if (is_mpi(engine)) return {"mpirun", "ssh", "sshd", "ssh-keygen"};
  if (engine.distribution == Distribution::torchrun) return {"torchrun"};
  return {};
}

/// Those of ssh are often in a directory that is not on PATH.
bool is_there(const std::string& tool, const EnvVars& env) {
  if (find_executable(tool, env)) return true;
  return tool.starts_with("ssh") &&
         find_executable(tool, {{"PATH", "/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/bin"}});
}

}  // namespace

Finding check_hosts(const ResourceConfig& resources, const EnvVars& env, const Interrupt& interrupt,
                    const Resolve& resolve) try {
  if (resources.hosts.size() < 2) return skipped("The job has one host, which waits for no other.");
  if (is_studio_local_mode(env)) return skipped("In Studio's local mode the names need not resolve.");
  wait_for_names(resources.hosts, limit, interrupt, resolve);
  return passed(fmt::format("The names of all {} hosts resolve.", resources.hosts.size()));
} catch (const Error& error) {
  if (error.failure().cause != Cause::unavailable) throw;
  return failed(error.failure().what,
                "See whether these hosts have started, and correct hosts of resourceconfig.json if they have "
                "other names; a job waits for them as long as --hosts-timeout says.");
}

Finding check_engine(const ForeseenProgram& program, const Job& job, const Options& options) {
  const Environment environment = with_distribution(program.environment, job.distribution);
  if (program.kind == EntryPointKind::framework)
    return skipped("The framework's function decides what starts the program.");
  const Engine engine = choose_engine(environment, options.distribution);
  if (engine.distribution == Distribution::none) return skipped("Each host runs the program by itself.");
  std::vector<std::string> missing = tools_of(engine);
  const std::string name = distribution_name(engine.distribution);
  std::erase_if(missing, [&](const std::string& tool) { return is_there(tool, options.environment); });
  if (!missing.empty())
    return failed(
        fmt::format("The job is distributed by {}, and there is no {}.", name,
                    fmt::join(missing, ", and no ")),
        "Put it into the image (Open MPI and openssh-server for MPI, PyTorch for torchrun), on PATH.");
  return passed(fmt::format("The job is distributed by {} on {} hosts.", name, engine.cluster.hosts.size()));
}

}  // namespace sm_train

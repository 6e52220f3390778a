#include "sm_train/distributed/cluster.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

int default_processes(const Machine& machine) {
  return std::max({1, machine.num_gpus, machine.num_neurons});
}

}  // namespace

int Cluster::rank() const {
  const auto found = std::find(hosts.begin(), hosts.end(), current_host);
  if (found != hosts.end()) return static_cast<int>(found - hosts.begin());
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("This host, {}, is none of those that train together: {}.", current_host,
                                   fmt::join(hosts, ", ")),
               .remedy = "Correct current_host and instance_groups of resourceconfig.json, or "
                         "sagemaker_distribution_instance_groups."});
}

Cluster cluster_of(const Environment& environment, int processes_per_host) {
  const auto& hosts =
      environment.distribution_hosts.empty() ? environment.hosts : environment.distribution_hosts;
  return {.hosts = hosts,
          .current_host = environment.current_host,
          .master = environment.master_hostname,
          .network_interface = environment.network_interface_name.value_or("eth0"),
          .instance_type = environment.current_instance_type,
          .processes_per_host =
              processes_per_host > 0 ? processes_per_host : default_processes(environment.machine)};
}

}  // namespace sm_train

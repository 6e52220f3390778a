#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/environment.hpp"

namespace sm_train {

/// The hosts that train together, as an engine needs to know them.
struct Cluster {
  std::vector<std::string> hosts;  ///< those of the instance groups that take part, in the config's order
  std::string current_host;
  std::string master;             ///< the first of them
  std::string network_interface;  ///< through which they see each other: "eth0"
  std::string instance_type;      ///< of this host: "ml.p4d.24xlarge"
  int processes_per_host = 1;     ///< one for each GPU or Neuron core, else one; or as the job says

  bool is_master() const { return current_host == master; }
  /// The place of this host among them. Throws Error{bad_config} where it is none of them.
  int rank() const;
};

/// `processes_per_host` is the job's own, where it is more than 0.
Cluster cluster_of(const Environment& environment, int processes_per_host = 0);

}  // namespace sm_train

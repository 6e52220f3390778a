#pragma once

namespace sm_train {

/// The hardware that the program may use, as facts.
struct Machine {
  int num_cpus = 1;                   ///< CPUs that are online: what SM_NUM_CPUS has always said
  int affinity_cpus = 1;              ///< CPUs that this process may be scheduled on
  double quota_cpus = 0.0;            ///< CPU time per second of the cgroup's quota; 0: no quota
  int num_gpus = 0;                   ///< NVIDIA GPUs
  int num_neurons = 0;                ///< AWS Neuron cores
  bool smddprun_installed = false;    ///< SageMaker's data parallel launcher is on PATH
  bool smddpmprun_installed = false;  ///< SageMaker's model parallel launcher is on PATH
};

}  // namespace sm_train

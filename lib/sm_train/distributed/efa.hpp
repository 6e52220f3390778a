#pragma once

#include <string>

namespace sm_train {

/// An instance type with an Elastic Fabric Adapter that NCCL can use.
bool has_efa(const std::string& instance_type);

/// One whose adapter reads the GPUs' memory by itself.
bool has_efa_rdma(const std::string& instance_type);

}  // namespace sm_train

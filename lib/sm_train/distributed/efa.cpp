#include "sm_train/distributed/efa.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace sm_train {

namespace {

// Source: SM_EFA_NCCL_INSTANCES and SM_EFA_RDMA_INSTANCES of the SageMaker Python SDK's container drivers.
constexpr std::array<std::string_view, 8> with_efa = {
    "ml.g4dn.8xlarge", "ml.g4dn.12xlarge", "ml.g5.48xlarge", "ml.p3dn.24xlarge",
    "ml.p4d.24xlarge", "ml.p4de.24xlarge", "ml.p5.48xlarge", "ml.trn1.32xlarge",
};
constexpr std::array<std::string_view, 3> with_rdma = {"ml.p4d.24xlarge", "ml.p4de.24xlarge",
                                                       "ml.trn1.32xlarge"};

}  // namespace

bool has_efa(const std::string& instance_type) {
  return std::find(with_efa.begin(), with_efa.end(), instance_type) != with_efa.end();
}

bool has_efa_rdma(const std::string& instance_type) {
  return std::find(with_rdma.begin(), with_rdma.end(), instance_type) != with_rdma.end();
}

}  // namespace sm_train

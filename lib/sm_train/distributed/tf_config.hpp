#pragma once

#include <optional>
#include <string>

#include "sm_train/contract/environment.hpp"

namespace sm_train {

/// The variable TF_CONFIG of this host, where the job turns on TensorFlow's multi-worker mirrored strategy
/// (sagemaker_multi_worker_mirrored_strategy_enabled) or its parameter servers
/// (sagemaker_parameter_server_enabled): JSON with the hosts that train together, by their tasks, and this
/// host's own task. Nothing for other jobs, and for a host whose instance group takes no part. Throws
/// Error{bad_config} where the job wants both.
///
/// With parameter servers each host is one (port 2223), the first host is the chief and the others are
/// workers (port 2222); a host alone is just the chief. A host's own task is that of chief or worker.
/// Source: https://www.tensorflow.org/api_docs/python/tf/distribute/cluster_resolver/TFConfigClusterResolver;
/// the ports and the layout are those of sagemaker-tensorflow-training.
std::optional<std::string> tf_config(const Environment& environment);

}  // namespace sm_train

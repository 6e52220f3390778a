#pragma once

#include <optional>
#include <string>

#include "sm_train/contract/value.hpp"

namespace sm_train {

// What the newer SageMaker Python SDK (ModelTrainer) leaves for the launcher in the channel sm_drivers. Each
// takes the whole file as a Value and its path for messages, and throws Error{bad_config} that names both.
// Source: sagemaker-python-sdk, src/sagemaker/modules/train/model_trainer.py and distributed.py

/// sourcecode.json. A null counts as absent.
struct SourceCode {
  std::optional<std::string> source_dir;    ///< where the code was: it lies in the channel code
  std::optional<std::string> entry_script;  ///< the program, below it
  std::optional<std::string> requirements;  ///< a file below it; "auto": whichever is there
  std::optional<std::string> command;       ///< for a shell, in place of an entry script
};

SourceCode read_source_code(const Value& file, const std::string& path);

/// distributed.json, as the framework parameters that say the same: sagemaker_mpi_enabled or
/// sagemaker_torch_distributed_enabled, and what belongs to it. Empty where the job is not distributed.
Dict read_distributed(const Value& file, const std::string& path);

}  // namespace sm_train

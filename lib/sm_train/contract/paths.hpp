#pragma once

#include <filesystem>
#include <string>

namespace sm_train {

/// Every path below the base path (/opt/ml on the platform).
/// Source:
/// https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
struct Paths {
  std::filesystem::path root = "/opt/ml";
  std::filesystem::path code_elsewhere;  ///< where the code lies instead, if it cannot lie below `root`

  std::filesystem::path input() const { return root / "input"; }
  std::filesystem::path input_config() const { return input() / "config"; }
  std::filesystem::path hyperparameters() const { return input_config() / "hyperparameters.json"; }
  std::filesystem::path resource_config() const { return input_config() / "resourceconfig.json"; }
  std::filesystem::path input_data_config() const { return input_config() / "inputdataconfig.json"; }
  std::filesystem::path checkpoint_config() const { return input_config() / "checkpointconfig.json"; }
  std::filesystem::path input_data() const { return input() / "data"; }
  std::filesystem::path code_channel() const { return input_data() / "code"; }
  std::filesystem::path source_code() const { return input_data() / "sm_drivers" / "sourcecode.json"; }
  std::filesystem::path distributed() const { return input_data() / "sm_drivers" / "distributed.json"; }
  /// The channel's name is appended as it is: an empty one gives `input/data/`, as the Python toolkit does.
  std::string channel(const std::string& name) const { return input_data().string() + "/" + name; }
  std::filesystem::path code() const { return code_elsewhere.empty() ? root / "code" : code_elsewhere; }
  std::filesystem::path model() const { return root / "model"; }
  std::filesystem::path output() const { return root / "output"; }
  std::filesystem::path output_data() const { return output() / "data"; }
  std::filesystem::path output_intermediate() const { return output() / "intermediate"; }
  std::filesystem::path success() const { return output() / "success"; }
  std::filesystem::path failure() const { return output() / "failure"; }
};

}  // namespace sm_train

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sm_train/background/metrics.hpp"
#include "sm_train/contract/arguments.hpp"
#include "sm_train/contract/command.hpp"
#include "sm_train/contract/paths.hpp"
#include "sm_train/distributed/distribution.hpp"
#include "sm_train/stages/fetch.hpp"
#include "sm_train/stages/install.hpp"

namespace sm_train {

/// Which channels become flags of the program.
enum class ChannelArgs {
  automatic,  ///< each, but those that the program's own option parser would refuse
  always,
  never,
};

/// What the person who starts sm-train decides. Where a field is empty the environment variable, else the
/// hyperparameter of the same setting counts: app/ has already looked at the command line and the
/// environment.
struct Options {
  Paths paths;
  std::optional<std::string> program;                 ///< --program, SAGEMAKER_PROGRAM
  std::optional<std::string> submit_directory;        ///< --submit-directory, SAGEMAKER_SUBMIT_DIRECTORY
  std::optional<std::string> log_level;               ///< --log-level, SAGEMAKER_CONTAINER_LOG_LEVEL
  std::string python;                                 ///< --python, SM_TRAIN_PYTHON; empty: found
  InstallOptions install;                             ///< --requirements and others
  ArgumentOptions arguments;                          ///< --argument-style and --bool-style
  FetchOptions fetch;                                 ///< --existing-code and others
  ChannelArgs channel_args = ChannelArgs::automatic;  ///< --channel-args
  std::vector<std::string> extra_arguments;           ///< behind `--`: added to the program's arguments
  std::optional<bool> has_metrics;                    ///< --metrics
  MetricsOptions metrics;                             ///< --metrics-interval and --metrics-namespace
  std::optional<std::string> s3_output;               ///< --s3-output, SAGEMAKER_S3_OUTPUT
  std::chrono::milliseconds flush_timeout = std::chrono::minutes(10);  ///< --flush-timeout
  std::optional<Distribution> distribution;                            ///< --distribution
  std::chrono::milliseconds hosts_timeout = std::chrono::minutes(20);  ///< --hosts-timeout
  std::uint16_t hosts_port = 7776;                                     ///< --hosts-port
  /// The file of sm-train itself, which mpirun starts ranks with; empty in another program, which leaves it
  /// to the `sm-train` on PATH.
  std::filesystem::path own_program;
  std::chrono::milliseconds grace_period = std::chrono::seconds(110);  ///< --grace-period
  EnvVars environment;  ///< the process's own, for its settings and for the program to inherit
};

}  // namespace sm_train

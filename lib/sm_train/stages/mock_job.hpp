#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sm_train/contract/value.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Input data of a mock job, below input/data. The name is a channel's by SageMaker's rules.
struct MockChannel {
  std::string name;
  std::filesystem::path
      source;  ///< a directory, or a file that is to be alone in one; empty: there is no data
};

enum class ChannelData {
  linked,  ///< by a symlink: at once, whatever the size, and found on this machine alone
  copied,
};

/// A job to try a program with. Written out it is a directory that stands for /opt/ml.
struct MockJob {
  Dict hyperparameters;  ///< as the program is to see them
  std::string program;   ///< sagemaker_program, where the hyperparameters name none; empty: nothing names one
  std::vector<MockChannel> channels;
  std::vector<std::string> hosts = {"algo-1"};
  std::string current_host = "algo-1";
  std::filesystem::path code;  ///< a file or a directory whose copy is in code/; empty: there is none
  std::map<std::filesystem::path, std::string> files;  ///< more of them, by their path: "code/train.py"
  ChannelData channel_data = ChannelData::linked;
};

/// A small job that runs at once: a program for Python's standard library alone, its hyperparameters, and the
/// channel `training` with the data that it learns from.
MockJob sample_job();

/// Writes the job into `directory`, which is there and holds nothing: the configs as SageMaker and its SDK
/// write them, the channels, the code, and the directories that a program leaves its results in. Throws
/// Error: usage for a channel or a host that cannot be, and for a directory that would be copied into itself;
/// what copying and writing throw.
void fill_mock_job(const MockJob& job, const std::filesystem::path& directory,
                   const Interrupt& interrupt = {});

/// The same into a directory that is new or empty, whole or not at all. Throws Error{cannot_create} for any
/// other.
void write_mock_job(const MockJob& job, const std::filesystem::path& directory,
                    const Interrupt& interrupt = {});

/// Throws Error{usage} where `directory`, which is canonical, and what the job is made of lie so that one
/// would be copied into itself, or would go when the other is replaced.
void require_apart(const MockJob& job, const std::filesystem::path& directory);

}  // namespace sm_train

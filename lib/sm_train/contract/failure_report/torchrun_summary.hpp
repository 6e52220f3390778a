#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sm_train {

/// What torchrun says at its end of the rank that failed first.
/// Source: torch/distributed/elastic/multiprocessing/errors/__init__.py
struct TorchrunRootCause {
  int rank = -1;  ///< -1 where it tells of none
  int local_rank = -1;
  int exit_code = 1;               ///< -n where signal n killed it
  std::vector<std::string> lines;  ///< those worth showing, the one that matters most first
};

/// The summary that begins at `start` or later.
TorchrunRootCause read_torchrun_summary(const std::vector<std::string>& lines, std::size_t start = 0);

}  // namespace sm_train

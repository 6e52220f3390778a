#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <set>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "sm_train/system/signals.hpp"

namespace sm_train {

/// The processes below this one that Open MPI has started as ranks.
std::vector<pid_t> ranks_here();

/// Gives the signal to each of them, with its process group. mpirun itself would leave them a second before
/// SIGKILL.
void signal_ranks_here(int signal);

/// Tells the ranks of this host to end, those too that mpirun starts only later.
class RankEnding {
 public:
  explicit RankEnding(std::filesystem::path rank_file) : rank_file_(std::move(rank_file)) {}

  /// False where they have had this signal: each comes from every host that gets it.
  bool tell(int signal);

 private:
  std::filesystem::path rank_file_;
  std::mutex mutex_;
  std::set<int> told_;
};

/// Waits until nothing runs below this process any more. What does so after a moment gets SIGTERM, and
/// SIGKILL after `grace`.
void end_descendants(std::chrono::milliseconds grace, const Signals& signals);

}  // namespace sm_train

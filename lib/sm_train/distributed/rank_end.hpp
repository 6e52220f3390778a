#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sm_train/contract/outcome.hpp"
#include "sm_train/distributed/rank_tags.hpp"

namespace sm_train {

/// The first rank that failed, as its engine tells it at the end.
struct RankEnd {
  int rank = 0;
  std::variant<Exited, Killed> end;
  bool ended_all = false;  ///< by MPI_Abort
};

// Nothing where the engine tells of none.

/// Source: Open MPI's orte/tools/orterun/help-orterun.txt
std::optional<RankEnd> find_rank_end_of_mpirun(std::string_view stderr_tail);

/// Source: torch/distributed/elastic/multiprocessing/errors/__init__.py
std::optional<RankEnd> find_rank_end_of_torchrun(std::string_view stderr_tail);

/// "Rank 1 on algo-2 exited with code 7.", "... was killed by SIGSEGV.", "... ended the job with code 3."
std::string described(const RankEnd& end, const HostOfRank& host_of_rank);

}  // namespace sm_train

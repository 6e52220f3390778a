#include "sm_train/distributed/rank_tails.hpp"

#include <algorithm>

namespace sm_train {

void RankTails::add(int rank, std::string_view bytes) {
  std::string& tail = tails_[rank];
  tail += bytes;
  // Not for each line.
  if (tail.size() > 2 * tail_bytes) tail.erase(0, tail.size() - tail_bytes);
}

std::string RankTails::of(int rank) const {
  const auto found = tails_.find(rank);
  if (found == tails_.end()) return "";
  const std::string& tail = found->second;
  return tail.substr(tail.size() - std::min(tail.size(), tail_bytes));
}

}  // namespace sm_train

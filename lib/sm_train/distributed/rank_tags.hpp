#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sm_train/distributed/rank_tails.hpp"

namespace sm_train {

/// The host that a rank runs on; empty where that is not known.
using HostOfRank = std::function<std::string(int rank)>;

/// Puts rank and host into the tags that mpirun's --tag-output writes, as the Python toolkit does:
/// `[1,3]<stdout>:` becomes `[1,mpirank:3,algo-2]<stdout>:`. A tag that mpirun put into the middle of a
/// rank's own line, where that was written in pieces, is left out: a line stays as the program wrote it. One
/// that another rank has broken into ends there.
/// For one stream, piece by piece.
/// Source: sagemaker_training/process.py
class RankTags {
 public:
  explicit RankTags(HostOfRank host_of_rank) : host_of_rank_(std::move(host_of_rank)) {}

  /// What is to be written for these bytes. Of what may be the beginning of a tag a few bytes are held back
  /// until more has come, or this is the end.
  std::string rewrite(std::string_view bytes, bool is_end = false);

  /// What was written so far, without tags.
  const RankTails& tails() const { return tails_; }

 private:
  void begin_line(std::string_view tag, std::string& written);

  HostOfRank host_of_rank_;
  std::string held_back_;
  RankTails tails_;
  std::string tag_of_line_;  ///< mpirun's own; empty where the line has none
  int rank_of_line_ = RankTails::of_mpirun;
  bool is_inside_line_ = false;
};

}  // namespace sm_train

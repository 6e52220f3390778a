#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace sm_train {

/// What each rank, and mpirun itself, wrote last to one stream: of one that fails the words are not lost in
/// those of the others.
class RankTails {
 public:
  static constexpr int of_mpirun = -1;

  void add(int rank, std::string_view bytes);

  /// Up to 16 KiB; empty where it wrote nothing.
  std::string of(int rank) const;

 private:
  static constexpr std::size_t tail_bytes = std::size_t{16} << 10U;

  std::map<int, std::string> tails_;
};

}  // namespace sm_train

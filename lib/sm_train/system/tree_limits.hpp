#pragma once

#include <cstdint>
#include <string>

namespace sm_train {

/// Against an archive bomb, or an S3 prefix that holds far more than code; zero: no limit.
struct TreeLimits {
  std::uint64_t max_entries = 1'000'000;
  std::uint64_t max_bytes = std::uint64_t{64}
                            << 30U;  ///< of all files together, as they come to lie; holes count
};

/// What a source (an archive, an S3 prefix) has brought, against the limits. What is too much throws
/// Error{bad_data} that names the source.
class TreeTally {
 public:
  /// `source` stands for it in messages.
  TreeTally(std::string source, const TreeLimits& limits);

  /// One entry more, beside all the `parents` so far that no entry had named.
  void count_entry(std::uint64_t parents);

  /// `size` bytes more, of the file `entry`, would not be too much.
  void require_room(const std::string& entry, std::uint64_t size) const;

  /// They are there.
  void count_bytes(std::uint64_t size) { bytes_ += size; }

  /// What was counted did not come to be.
  void forget_entry() { --entries_; }
  void forget_bytes(std::uint64_t size) { bytes_ -= size; }

 private:
  [[noreturn]] void fail(const std::string& what, const char* option) const;

  std::string source_;
  TreeLimits limits_;
  std::uint64_t entries_ = 0;
  std::uint64_t bytes_ = 0;  ///< no more than max_bytes
};

}  // namespace sm_train

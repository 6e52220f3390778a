#include "sm_train/system/archive_limits.hpp"

#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/tree_writer.hpp"

namespace sm_train {

UnpackedTally::UnpackedTally(std::string archive, const ArchiveLimits& limits)
    : archive_(std::move(archive)), limits_(limits) {}

void UnpackedTally::count_entry(std::uint64_t parents) {
  ++entries_;
  if (limits_.max_entries != 0 && entries_ + parents > limits_.max_entries)
    fail(fmt::format("it has more than {} entries, which is the limit", limits_.max_entries),
         "--max-code-entries");
}

void UnpackedTally::require_room(const std::string& entry, std::uint64_t size) const {
  if (limits_.max_bytes != 0 && size > limits_.max_bytes - bytes_)
    fail(fmt::format(
             "its files have more than {} bytes, which is the limit: entry {} comes to {}, after {} of "
             "others",
             limits_.max_bytes, in_quotes(entry), size, bytes_),
         "--max-code-size");
}

void UnpackedTally::fail(const std::string& what, const char* option) const {
  throw Error(
      {.cause = Cause::bad_data,
       .what = fmt::format("{}: {}", archive_, what),
       .remedy = fmt::format("Leave out what the job does not need, or raise {} (0: no limit).", option)});
}

}  // namespace sm_train

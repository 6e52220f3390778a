#include "sm_train/system/tree_limits.hpp"

#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/one_line.hpp"

namespace sm_train {

TreeTally::TreeTally(std::string source, const TreeLimits& limits)
    : source_(std::move(source)), limits_(limits) {}

void TreeTally::count_entry(std::uint64_t parents) {
  ++entries_;
  if (limits_.max_entries != 0 && entries_ + parents > limits_.max_entries)
    fail(fmt::format("it has more than {} entries, which is the limit", limits_.max_entries),
         "--max-code-entries");
}

void TreeTally::require_room(const std::string& entry, std::uint64_t size) const {
  if (limits_.max_bytes != 0 && size > limits_.max_bytes - bytes_)
    fail(fmt::format(
             "its files have more than {} bytes, which is the limit: entry {} comes to {}, after {} of "
             "others",
             limits_.max_bytes, in_quotes(entry), size, bytes_),
         "--max-code-size");
}

void TreeTally::fail(const std::string& what, const char* option) const {
  throw Error(
      {.cause = Cause::bad_data,
       .what = fmt::format("{}: {}", source_, what),
       .remedy = fmt::format("Leave out what the job does not need, or raise {} (0: no limit).", option)});
}

}  // namespace sm_train

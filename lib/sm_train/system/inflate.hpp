#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace sm_train {

/// What one call made of its input.
struct Inflated {
  std::size_t taken = 0;  ///< bytes of the input
  std::size_t given = 0;  ///< bytes of the output
  bool ended = false;     ///< the member is whole, and its CRC and its length are right
  std::string fault;      ///< what is wrong with the data, in the library's words; empty: nothing
};

/// Inflates what follows the header of a gzip member (RFC 1952, section 2.3): deflate data, CRC and length.
/// It takes as much as it can, the rest is given to it again. After a member's end it expects the next one's.
/// Throws std::bad_alloc.
using Inflate = std::function<Inflated(std::string_view input, std::span<char> output)>;

Inflate inflate_with_zlib();
/// Three times as fast. Only in builds that found ISA-L.
Inflate inflate_with_isal();

struct Inflater {
  std::string_view name;
  Inflate (*make)();
};

/// All that this build has, the fastest first.
std::span<const Inflater> inflaters();

}  // namespace sm_train

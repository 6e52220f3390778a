// The gzip data of an archive, which may be damaged or hostile, for each library that can inflate it.

#include "sm_train/system/gunzip.hpp"

#include <optional>
#include <string>

#include "support.hpp"

namespace sm_train::fuzz {

namespace {

constexpr std::size_t enough = std::size_t{4} << 20U;

ByteSource blocks_of(std::string_view bytes, std::size_t size) {
  return [bytes, size]() mutable {
    const std::string_view block = bytes.substr(0, size);
    bytes.remove_prefix(block.size());
    return block;
  };
}

/// The first of what is in it, or nothing where it is refused.
std::optional<std::string> gunzipped(std::string_view input, const Inflater& inflater,
                                     std::size_t block_size) {
  std::string bytes;
  const auto refusal = refusal_of({Cause::bad_data}, [&] {
    const ByteSource inflated = gunzip(blocks_of(input, block_size), "code.tar.gz", 1, inflater.make());
    for (auto block = inflated(); !block.empty() && bytes.size() < enough; block = inflated()) bytes += block;
  });
  return refusal ? std::nullopt : std::optional(bytes);
}

}  // namespace

void check(std::string_view input) {
  const auto expected = gunzipped(input, inflaters().back(), input.size());
  for (const Inflater& inflater : inflaters())
    for (const std::size_t block_size : {1U, 100U, 100'000U})
      require(gunzipped(input, inflater, block_size) == expected,
              "each library gives the same bytes, or refuses the same data, in blocks of any size");
}

}  // namespace sm_train::fuzz

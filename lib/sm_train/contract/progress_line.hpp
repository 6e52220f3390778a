#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace sm_train {

/// How far a transfer has come, for people: "45.0 MiB of 100.0 MiB (45%), 9.0 MiB/s, 7 s left". The rate is
/// that of all the time so far. Where no end can be told (no total, one that is exceeded, or no byte yet) the
/// time so far stands in the place of the time left.
std::string progress_text(std::uint64_t done, std::optional<std::uint64_t> total,
                          std::chrono::milliseconds elapsed);

/// The same with a bar before it, in at most `width` characters, all of ASCII: what does not fit is left out,
/// the bar first and the percentage last.
std::string progress_line(std::uint64_t done, std::optional<std::uint64_t> total,
                          std::chrono::milliseconds elapsed, std::size_t width);

}  // namespace sm_train

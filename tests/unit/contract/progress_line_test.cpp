#include "sm_train/contract/progress_line.hpp"

#include <algorithm>

#include "catch.hpp"

using namespace sm_train;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t mib = 1 << 20;
constexpr std::uint64_t most = ~std::uint64_t{0};

}  // namespace

TEST_CASE("progress is told as amount, percentage, rate and the time that is left") {
  CHECK(progress_text(45 * mib, 100 * mib, 5s) == "45.0 MiB of 100.0 MiB (45%), 9.0 MiB/s, 6 s left");
  CHECK(progress_text(1024, 2048, 65s) == "1.0 KiB of 2.0 KiB (50%), 15 B/s, 1 min 5 s left");
  CHECK(progress_text(mib, 3 * mib, 1h) == "1.0 MiB of 3.0 MiB (33%), 291 B/s, 2 h 0 min left");
}

TEST_CASE("a transfer that is complete has no time left, and none before that says 100%") {
  CHECK(progress_text(mib, mib, 2s) == "1.0 MiB of 1.0 MiB (100%), 512.0 KiB/s");
  CHECK(progress_text(0, 0, 2s) == "0 B of 0 B (100%)");
  CHECK(progress_text(most - 1, most, 1s) == "16.0 EiB of 16.0 EiB (99%), 15.6 EiB/s, 0 s left");
}

TEST_CASE("without a total, or with one that is exceeded, the time so far is told") {
  CHECK(progress_text(3 * mib, std::nullopt, 90s) == "3.0 MiB, 34.1 KiB/s, 1 min 30 s so far");
  CHECK(progress_text(3 * mib, 2 * mib, 3s) == "3.0 MiB, 1.0 MiB/s, 3 s so far");
  CHECK(progress_text(1, 0, 1s) == "1 B, 1 B/s, 1 s so far");
}

TEST_CASE("without a byte, or without any time, there is no rate") {
  CHECK(progress_text(0, 100 * mib, 12s) == "0 B of 100.0 MiB (0%), 12 s so far");
  CHECK(progress_text(0, std::nullopt, 12s) == "0 B, 12 s so far");
  CHECK(progress_text(mib, 2 * mib, 0s) == "1.0 MiB of 2.0 MiB (50%), 0 s so far");
  CHECK(progress_text(mib, 2 * mib, -5s) == "1.0 MiB of 2.0 MiB (50%), 0 s so far");
}

TEST_CASE("an end that is far beyond any forecast is none") {
  CHECK(progress_text(1, most, 24h) == "1 B of 16.0 EiB (0%), 0 B/s, 24 h 0 min so far");
}

TEST_CASE("a wide line has a bar that fills up") {
  const auto bar = [](std::uint64_t done) {
    const std::string line = progress_line(done, 100, 1s, 100);
    return line.substr(0, line.find(']') + 1);
  };
  CHECK(bar(0) == "[>                             ]");
  CHECK(bar(50) == "[===============>              ]");
  CHECK(bar(99) == "[=============================>]");
  CHECK(bar(100) == "[==============================]");
  CHECK(progress_line(50, 100, 1s, 100).substr(33) == progress_text(50, 100, 1s));
}

TEST_CASE("a narrower line has a shorter bar, then none, then less and less text") {
  const std::string text = "45.0 MiB of 100.0 MiB (45%), 9.0 MiB/s, 6 s left";
  const auto line = [](std::size_t width) { return progress_line(45 * mib, 100 * mib, 5s, width); };
  CHECK(line(text.size() + 14) == "[====>      ] " + text);
  CHECK(line(text.size() + 13) == "[====>     ] " + text);
  CHECK(line(text.size() + 12) == text);
  CHECK(line(text.size()) == text);
  CHECK(line(text.size() - 1) == "45.0 MiB of 100.0 MiB (45%)");
  CHECK(line(26) == "45%");
  CHECK(line(3) == "45%");
  CHECK(line(2) == "45");
  CHECK(line(0).empty());
}

TEST_CASE("a line without a total has no bar, and ends as the amount") {
  CHECK(progress_line(3 * mib, std::nullopt, 3s, 200) == "3.0 MiB, 1.0 MiB/s, 3 s so far");
  CHECK(progress_line(3 * mib, std::nullopt, 3s, 20) == "3.0 MiB");
  CHECK(progress_line(3 * mib, std::nullopt, 3s, 4) == "3.0 ");
}

TEST_CASE("no line is wider than it may be, whatever the transfer") {
  for (const std::uint64_t done : {std::uint64_t{0}, std::uint64_t{1}, mib, most - 1, most})
    for (const std::optional<std::uint64_t> total : {std::optional<std::uint64_t>(), {0}, {1}, {mib}, {most}})
      for (const std::chrono::milliseconds elapsed :
           {0ms, 1ms, 999ms, 3600000ms, std::chrono::milliseconds::max()})
        for (std::size_t width = 0; width < 100; ++width) {
          const std::string line = progress_line(done, total, elapsed, width);
          INFO(line);
          REQUIRE(line.size() <= width);
          REQUIRE(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }));
        }
}

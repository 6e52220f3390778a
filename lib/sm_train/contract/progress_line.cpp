#include "sm_train/contract/progress_line.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "sm_train/contract/byte_size.hpp"

namespace sm_train {

namespace {

constexpr std::size_t widest_bar = 30;
constexpr std::size_t narrowest_bar = 10;
constexpr double longest_time_left = 1e6;  // seconds; what is further off is no forecast

std::string time_text(std::uint64_t seconds) {
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

/// A transfer, with what can be told of it.
struct Progressed {
  std::uint64_t done;
  std::optional<std::uint64_t> total;  ///< nothing where it cannot be right
  double seconds;
  double rate;  ///< bytes a second; 0 where there is none

  Progressed(std::uint64_t so_far, std::optional<std::uint64_t> of, std::chrono::milliseconds elapsed)
      : done(so_far),
        total(of && *of >= so_far ? of : std::nullopt),
        seconds(std::max(0.0, std::chrono::duration<double>(elapsed).count())),
        rate(seconds > 0 ? static_cast<double>(done) / seconds : 0) {}

  double part() const {
    return total && *total > 0 ? static_cast<double>(done) / static_cast<double>(*total) : 1;
  }

  /// 100 is said only where it is so.
  int percent() const { return done == total ? 100 : std::min(99, static_cast<int>(part() * 100)); }

  std::string amount() const {
    if (!total) return byte_size_text(done);
    return fmt::format("{} of {} ({}%)", byte_size_text(done), byte_size_text(*total), percent());
  }

  std::string pace() const {
    const double left = total && rate > 0 ? static_cast<double>(*total - done) / rate : longest_time_left;
    std::string text;
    if (rate > 0)
      text += fmt::format(", {}/s", byte_size_text(static_cast<std::uint64_t>(std::min(rate, 1.8e19))));
    if (done == total) return text;
    if (left < longest_time_left)
      return text + fmt::format(", {} left", time_text(static_cast<std::uint64_t>(std::llround(left))));
    return text + fmt::format(", {} so far", time_text(static_cast<std::uint64_t>(seconds)));
  }

  std::string bar(std::size_t cells) const {
    const auto full = std::min(cells, static_cast<std::size_t>(part() * static_cast<double>(cells)));
    std::string text(full, '=');
    if (full < cells) text += '>';
    text.resize(cells, ' ');
    return "[" + text + "] ";
  }
};

}  // namespace

std::string progress_text(std::uint64_t done, std::optional<std::uint64_t> total,
                          std::chrono::milliseconds elapsed) {
  const Progressed transfer(done, total, elapsed);
  return transfer.amount() + transfer.pace();
}

std::string progress_line(std::uint64_t done, std::optional<std::uint64_t> total,
                          std::chrono::milliseconds elapsed, std::size_t width) {
  const Progressed transfer(done, total, elapsed);
  const std::string amount = transfer.amount();
  const std::string text = amount + transfer.pace();
  constexpr std::size_t around_bar = 3;
  if (transfer.total && text.size() + around_bar + narrowest_bar <= width)
    return transfer.bar(std::min(widest_bar, width - text.size() - around_bar)) + text;
  const std::string shortest = transfer.total ? fmt::format("{}%", transfer.percent()) : amount;
  for (const std::string& shorter : std::array{text, amount, shortest})
    if (shorter.size() <= width) return shorter;
  return shortest.substr(0, width);
}

}  // namespace sm_train

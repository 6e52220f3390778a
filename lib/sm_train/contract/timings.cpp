#include "sm_train/contract/timings.hpp"

#include <fmt/format.h>

namespace sm_train {

namespace {

double total(const Timings& timings) {
  double seconds = 0;
  for (const Timing& timing : timings) seconds += timing.time.count();
  return seconds;
}

}  // namespace

std::string timings_text(const Timings& timings) {
  std::string text;
  for (const auto& [phase, time] : timings)
    text += fmt::format("{}{} {:.3f}", text.empty() ? "" : ", ", phase, time.count());
  return fmt::format("{:.3f} s: {}", total(timings), text);
}

std::string timings_json(const Timings& timings) {
  std::string text = "{";
  for (const auto& [phase, time] : timings) text += fmt::format("\"{}\":{:.6f},", phase, time.count());
  return fmt::format("{}\"total\":{:.6f}}}", text, total(timings));
}

}  // namespace sm_train

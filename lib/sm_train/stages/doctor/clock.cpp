#include "sm_train/stages/doctor/clock.hpp"

#include <array>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

namespace sm_train {

namespace {

using std::chrono::system_clock;

constexpr std::chrono::minutes longest_skew{5};
constexpr std::time_t year_2020 = 1577836800;

constexpr const char* set_clock =
    "Set the clock of the host (chronyc makestep, timedatectl set-ntp true); a container has the host's.";

std::string utc(system_clock::time_point time) {
  const std::time_t seconds = system_clock::to_time_t(time);
  std::tm parts = {};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text = {};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

}  // namespace

std::optional<ClockReading> read_clock(const HttpRequest& request, const HttpSend& send,
                                       const Interrupt& interrupt) {
  const HttpResponse answer = send(request, interrupt);
  const auto time = parse_http_date(find_header(answer.headers, "Date"));
  if (!time) return std::nullopt;
  return ClockReading{.service = *time, .ours = system_clock::now()};
}

Finding check_clock(system_clock::time_point ours, const std::optional<ClockReading>& reading) {
  const std::string now = fmt::format("It is {} by this machine's clock", utc(ours));
  if (system_clock::to_time_t(ours) < year_2020) return failed(now + ", which was never set.", set_clock);
  if (!reading) return passed(now + "; no service was asked.");
  const auto skew = std::chrono::duration_cast<std::chrono::seconds>(reading->ours - reading->service);
  const std::string is_off =
      fmt::format("{} s {} the service's", std::abs(skew.count()), skew.count() < 0 ? "behind" : "ahead of");
  if (std::chrono::abs(skew) > longest_skew)
    return failed(fmt::format("{}, {}: signatures are refused at 15 minutes.", now, is_off), set_clock);
  return passed(fmt::format("{}, {}.", now, is_off));
}

}  // namespace sm_train

#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sm_train/stages/doctor/finding.hpp"
#include "sm_train/system/http.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// What a service's clock says, and ours then.
struct ClockReading {
  std::chrono::system_clock::time_point service;
  std::chrono::system_clock::time_point ours;
};

/// By the Date of its answer to a request that is not signed; nothing where it tells none. Throws as
/// http_send does.
std::optional<ClockReading> read_clock(const HttpRequest& request, const HttpSend& send,
                                       const Interrupt& interrupt);

/// Whether `ours` is a time at all, and near enough to the service's: signatures are refused at 15 minutes.
/// `reading` is nothing where no service was asked.
Finding check_clock(std::chrono::system_clock::time_point ours, const std::optional<ClockReading>& reading);

}  // namespace sm_train

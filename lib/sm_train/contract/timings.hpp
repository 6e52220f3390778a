#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace sm_train {

/// A phase of a job, and how long it took or has taken until now.
struct Timing {
  std::string phase;  ///< "fetch"
  std::chrono::duration<double> time{0};
};

/// In the order in which the phases began.
using Timings = std::vector<Timing>;

/// For people: "0.213 s: load 0.001, fetch 0.212".
std::string timings_text(const Timings& timings);

/// For programs: seconds by phase, and their sum as "total": `{"load":0.001204,"fetch":0.211870,...}`.
std::string timings_json(const Timings& timings);

}  // namespace sm_train

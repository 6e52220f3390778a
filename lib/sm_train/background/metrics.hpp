#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/metric_format.hpp"

namespace sm_train {

struct MetricsOptions {
  std::chrono::milliseconds interval = std::chrono::seconds(60);
  std::string name_space = MetricPlace{}.name_space;
};

/// Metrics of the machine, written while it lives.
class Metrics {
 public:
  Metrics(const Environment& environment, const MetricsOptions& options);
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  Metrics(Metrics&&) = delete;
  Metrics& operator=(Metrics&&) = delete;
  /// Writes the last line, with the peaks; a driver or a file system that does not answer within a second is
  /// not waited for.
  ~Metrics();

 private:
  class Thread;

  std::shared_ptr<Thread> state_;
  std::thread thread_;
};

/// Step 2: writes, every interval, a line of metrics to stderr that CloudWatch Logs understands
/// (metric_line), between the lines of the program, and one with the peaks when what it gives goes away.
/// Throws nothing: what keeps it from starting, or from going on, is a warning.
std::unique_ptr<Metrics> start_metrics(const Environment& environment, const MetricsOptions& options = {});

}  // namespace sm_train

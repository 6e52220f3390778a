#include "sm_train/background/metrics.hpp"

#include <algorithm>
#include <exception>
#include <optional>

#include <fmt/format.h>

#include "sm_train/system/blocked_signals.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/nvml.hpp"
#include "sm_train/system/start_thread.hpp"
#include "sm_train/system/usage_counters.hpp"

namespace sm_train {

namespace {

// Often enough to see peaks, and seldom enough to cost nothing.
constexpr std::chrono::seconds longest_pause{10};

double available_cpus(const Machine& machine) {
  const double affinity = machine.affinity_cpus > 0 ? machine.affinity_cpus : machine.num_cpus;
  return machine.quota_cpus > 0 ? std::min(machine.quota_cpus, affinity) : affinity;
}

std::chrono::milliseconds since_epoch() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
}

void warn(const std::exception& error) {
  log(LogLevel::warning, fmt::format("there are no more metrics: {}", error.what()));
}

}  // namespace

Metrics::Metrics(const Environment& environment, const MetricsOptions& options)
    : place_{.name_space = options.name_space,
             .dimensions = {{"TrainingJobName", environment.job_name.value_or(environment.sagemaker_job_name)},
                            {"Host", environment.current_host}}},
      directories_{{"Model", environment.model_dir}, {"Output", environment.output_dir}, {"Tmp", "/tmp"}},
      cpus_(available_cpus(environment.machine)),
      interval_(options.interval) {
  const auto blocked = BlockedSignals::all();
  thread_ = start_thread([this] {
    try {
      run();
    } catch (const std::exception& error) {
      warn(error);
    }
  });
}

Metrics::~Metrics() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

/// False once it is stopped.
bool Metrics::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !stopped_.wait_for(lock, time, [this] { return is_stopped_; });
}

void Metrics::run() {
  const Nvml nvml;
  const auto look = [&] {
    UsageCounters counters = read_usage_counters(directories_);
    counters.gpus = nvml.read();
    return counters;
  };
  std::vector<UsageCounters> moments = {look()};
  std::optional<Usage> peak;
  bool goes_on = true;
  while (goes_on) {
    const auto passed = moments.back().time - moments.front().time;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(interval_ - passed);
    goes_on = wait(std::min<std::chrono::milliseconds>(left, longest_pause));
    moments.push_back(look());
    const Usage latest = usage_over({moments.end() - 2, moments.end()}, cpus_);
    peak = peak ? peak_of(*peak, latest) : latest;
    if (!goes_on || moments.back().time - moments.front().time < interval_) continue;
    log_as_is(metric_line(usage_over(moments, cpus_), place_, since_epoch()));
    moments.erase(moments.begin(), moments.end() - 1);
  }
  log_as_is(metric_line(*peak, place_, since_epoch(), "Peak"));
}

std::unique_ptr<Metrics> start_metrics(const Environment& environment, const MetricsOptions& options) try {
  return std::make_unique<Metrics>(environment, options);
} catch (const std::exception& error) {
  warn(error);
  return nullptr;
}

}  // namespace sm_train

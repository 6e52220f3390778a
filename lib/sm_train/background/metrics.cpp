#include "sm_train/background/metrics.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/usage.hpp"
#include "sm_train/system/blocked_signals.hpp"
#include "sm_train/system/gpu_usage.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/system/start_thread.hpp"
#include "sm_train/system/usage_counters.hpp"

namespace sm_train {

namespace {

// Often enough to see peaks, and seldom enough to cost nothing.
constexpr std::chrono::seconds longest_pause{10};
// For the last line.
constexpr std::chrono::seconds longest_wait{1};

double available_cpus(const Machine& machine) {
  const double affinity = machine.affinity_cpus > 0 ? machine.affinity_cpus : machine.num_cpus;
  return machine.quota_cpus > 0 ? std::min(machine.quota_cpus, affinity) : affinity;
}

std::chrono::milliseconds since_epoch() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

void warn(const std::exception& error) {
  log(LogLevel::warning, fmt::format("there are no more metrics: {}", error.what()));
}

}  // namespace

/// What the thread works with. It outlives the others where the thread hangs.
class Metrics::Thread {
 public:
  Thread(const Environment& environment, const MetricsOptions& options);

  void run();
  /// False where it has not ended a second later.
  bool stop();

 private:
  bool wait(std::chrono::milliseconds time);
  UsageCounters look() const;
  void write_lines();
  bool is_too_late();

  MetricPlace place_;
  std::vector<std::pair<std::string, std::filesystem::path>> directories_;
  EnvVars env_ = process_env_vars();
  double cpus_;
  std::chrono::milliseconds interval_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_stopped_ = false;
  bool is_late_ = false;
  bool has_ended_ = false;
};

Metrics::Thread::Thread(const Environment& environment, const MetricsOptions& options)
    : place_{.name_space = options.name_space,
             .dimensions = {{"TrainingJobName",
                             environment.job_name.value_or(environment.sagemaker_job_name)},
                            {"Host", environment.current_host}}},
      directories_{{"Model", environment.model_dir}, {"Output", environment.output_dir}, {"Tmp", "/tmp"}},
      cpus_(available_cpus(environment.machine)),
      interval_(options.interval) {}

void Metrics::Thread::run() {
  try {
    write_lines();
  } catch (const std::exception& error) {
    if (!is_too_late()) warn(error);
  }
  const std::lock_guard lock(mutex_);
  has_ended_ = true;
  changed_.notify_all();
}

bool Metrics::Thread::stop() {
  std::unique_lock lock(mutex_);
  is_stopped_ = true;
  changed_.notify_all();
  is_late_ = !changed_.wait_for(lock, longest_wait, [this] { return has_ended_; });
  return !is_late_;
}

bool Metrics::Thread::is_too_late() {
  const std::lock_guard lock(mutex_);
  return is_late_;
}

/// False once it is stopped.
bool Metrics::Thread::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [this] { return is_stopped_; });
}

UsageCounters Metrics::Thread::look() const {
  return read_usage_counters(directories_);
}

void Metrics::Thread::write_lines() {
  const GpuUsageReader gpus = gpu_usage_reader(env_);
  std::vector<UsageCounters> moments = {look()};
  moments.back().gpus = gpus.read();
  std::optional<Usage> peak;
  bool goes_on = true;
  while (goes_on) {
    const auto passed = moments.back().time - moments.front().time;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(interval_ - passed);
    goes_on = wait(std::min<std::chrono::milliseconds>(left, longest_pause));
    UsageCounters now = look();
    // Nobody waits for a tool at the end.
    now.gpus = goes_on || gpus.is_quick ? gpus.read() : moments.back().gpus;
    moments.push_back(std::move(now));
    if (is_too_late()) return;
    const Usage latest = usage_over({moments.end() - 2, moments.end()}, cpus_);
    peak = peak ? peak_of(*peak, latest) : latest;
    if (!goes_on || moments.back().time - moments.front().time < interval_) continue;
    log_as_is(metric_line(usage_over(moments, cpus_), place_, since_epoch()));
    moments.erase(moments.begin(), moments.end() - 1);
  }
  log_as_is(metric_line(*peak, place_, since_epoch(), "Peak"));
}

Metrics::Metrics(const Environment& environment, const MetricsOptions& options)
    : state_(std::make_shared<Thread>(environment, options)) {
  const auto blocked = BlockedSignals::all();
  thread_ = start_thread([state = state_] { state->run(); });
}

Metrics::~Metrics() {
  if (state_->stop())
    thread_.join();
  else
    thread_.detach();
}

std::unique_ptr<Metrics> start_metrics(const Environment& environment, const MetricsOptions& options) try {
  return std::make_unique<Metrics>(environment, options);
} catch (const std::exception& error) {
  warn(error);
  return nullptr;
}

}  // namespace sm_train

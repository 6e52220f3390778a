#include "sm_train/distributed/host_names.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <poll.h>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/list_some.hpp"
#include "sm_train/contract/unicode.hpp"
#include "sm_train/system/event.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/network_interfaces.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/system/start_thread.hpp"
#include "sm_train/system/wait.hpp"

namespace sm_train {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_threads = 16;
constexpr std::chrono::milliseconds first_pause(100);
constexpr std::chrono::milliseconds longest_pause(2000);
constexpr std::chrono::milliseconds until_it_is_told(1000);

/// One look at names. Its threads own it together with who waits for it, since no call of theirs can be
/// interrupted.
class Look {
 public:
  Look(std::vector<std::string> names, Resolve resolve)
      : names_(std::move(names)), resolve_(std::move(resolve)), has_resolved_(names_.size()) {}

  /// What each thread does.
  void run() {
    for (std::size_t i = next_++; i < names_.size() && !is_abandoned_; i = next_++) {
      has_resolved_[i] = resolve_(names_[i]);
      if (++looked_up_ == names_.size()) done_.set();
    }
  }

  void abandon() { is_abandoned_ = true; }
  const Event& done() const { return done_; }

  /// Those that have not resolved so far.
  std::vector<std::string> missing() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (!has_resolved_[i]) names.push_back(names_[i]);
    return names;
  }

 private:
  std::vector<std::string> names_;
  Resolve resolve_;
  std::vector<std::atomic<bool>> has_resolved_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> looked_up_ = 0;
  std::atomic<bool> is_abandoned_ = false;
  Event done_;
};

/// One thread is enough to go on.
void start_threads(const std::shared_ptr<Look>& look, std::size_t number) {
  for (std::size_t started = 0; started < number; ++started) try {
      start_thread([look] { look->run(); }).detach();
    } catch (const Error&) {
      if (started == 0) throw;
      return;
    }
}

/// A look that goes on for as long as somebody waits for it.
class StartedLook {
 public:
  StartedLook(const std::vector<std::string>& names, const Resolve& resolve)
      : look_(std::make_shared<Look>(names, resolve)) {
    start_threads(look_, std::min(most_threads, names.size()));
  }
  StartedLook(const StartedLook&) = delete;
  StartedLook& operator=(const StartedLook&) = delete;
  StartedLook(StartedLook&&) = delete;
  StartedLook& operator=(StartedLook&&) = delete;
  ~StartedLook() { look_->abandon(); }

  /// Until it is done; false where `end` came first.
  bool wait(Clock::time_point end, const Interrupt& interrupt) const {
    std::array<pollfd, 2> waited = {pollfd{.fd = look_->done().fd(), .events = POLLIN, .revents = 0},
                                    pollfd{.fd = interrupt.fd, .events = POLLIN, .revents = 0}};
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
      const int ready = ::poll(waited.data(), waited.size(), static_cast<int>(std::max(left, 0L)));
      if (ready > 0 && waited[1].revents != 0) interrupt.check();
      if (ready > 0 && waited[0].revents != 0) return true;
      if (left <= 0) return false;
    }
  }

  std::vector<std::string> missing() const { return look_->missing(); }

 private:
  std::shared_ptr<Look> look_;
};

[[noreturn]] void fail(const std::vector<std::string>& missing, std::size_t all,
                       std::chrono::milliseconds timeout) {
  throw Error(
      {.cause = Cause::unavailable,
       .what = fmt::format("The names of {} of {} hosts have not resolved within {} s: {}.", missing.size(),
                           all, std::chrono::duration<double>(timeout).count(), list_some(missing)),
       .remedy = "See whether these hosts have started, and correct hosts of resourceconfig.json if they "
                 "have other names; --hosts-timeout says how long to wait."});
}

/// Says once, after a while, what is waited for.
class Notice {
 public:
  bool is_due(Clock::time_point now) const { return !is_told_ && now >= time_; }
  Clock::time_point next(Clock::time_point end) const { return is_told_ ? end : std::min(time_, end); }
  void tell(const std::vector<std::string>& missing) {
    is_told_ = true;
    log(LogLevel::info, fmt::format("waiting for the names of {} {} to resolve: {}", missing.size(),
                                    missing.size() == 1 ? "host" : "hosts", list_some(missing)));
  }

 private:
  Clock::time_point time_ = Clock::now() + until_it_is_told;
  bool is_told_ = false;
};

}  // namespace

bool resolves(const std::string& name) {
  return !addresses_of(name).empty();
}

bool is_studio_local_mode(const EnvVars& env) {
  const std::string value = env_var(env, "SM_STUDIO_LOCAL_MODE");
  return value == "1" || to_upper(value) == "TRUE";
}

void wait_for_names(const std::vector<std::string>& names, std::chrono::milliseconds timeout,
                    const Interrupt& interrupt, const Resolve& resolve) {
  const auto end = Clock::now() + timeout;
  Notice notice;
  std::vector<std::string> missing = names;
  for (auto pause = first_pause; !missing.empty(); pause = std::min(2 * pause, longest_pause)) {
    const StartedLook look(missing, resolve);
    while (!look.wait(notice.next(end), interrupt)) {
      if (Clock::now() >= end) fail(look.missing(), names.size(), timeout);
      notice.tell(look.missing());
    }
    missing = look.missing();
    if (missing.empty()) return;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) fail(missing, names.size(), timeout);
    const auto this_pause = std::min(pause, left);
    if (notice.is_due(Clock::now() + this_pause)) notice.tell(missing);
    wait_for(this_pause, interrupt);
  }
}

}  // namespace sm_train

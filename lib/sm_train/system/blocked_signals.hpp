#pragma once

#include <csignal>

namespace sm_train {

/// Blocks signals of this thread while it lives.
class BlockedSignals {
 public:
  static BlockedSignals all() {
    sigset_t set;
    sigfillset(&set);
    return BlockedSignals(set);
  }

  static BlockedSignals only(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    return BlockedSignals(set);
  }

  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  BlockedSignals(BlockedSignals&&) = delete;
  BlockedSignals& operator=(BlockedSignals&&) = delete;
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  explicit BlockedSignals(const sigset_t& set) { pthread_sigmask(SIG_BLOCK, &set, &before_); }

  sigset_t before_ = {};
};

}  // namespace sm_train

#pragma once

#include <functional>
#include <string>
#include <sys/types.h>

#include "sm_train/system/unique_fd.hpp"

/// A process of a test's own, for what takes hold of a whole process: signals, standard streams, children. It
/// is a fork that runs `body` with pipes as its standard output and error; an Error is printed there, and its
/// exit code is the process's. In the process signals are as they are by default, also under nohup(1).
class Child {
 public:
  struct Options {
    /// As PID 1 of a new PID namespace (needs root). SM_TRAIN_TEST_AS_PID_1 set does it for all.
    bool as_pid_1 = false;
  };

  struct End {
    int exit_code = -1;  ///< -1 where a signal killed it
    std::string out;
    std::string err;
  };

  explicit Child(const std::function<int()>& body) : Child(body, Options{}) {}
  Child(const std::function<int()>& body, const Options& options);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&&) = delete;
  Child& operator=(Child&&) = delete;
  ~Child();

  pid_t pid() const { return pid_; }
  void send(int signal) const;

  /// Reads its standard output until `text` was seen. Throws where it does not come.
  void wait_for(const std::string& text);

  /// What came so far on its standard output.
  const std::string& seen() const { return end_.out; }

  /// Its exit code, while nobody reads its streams.
  int wait_without_reading();

  /// Closes our end of its standard output.
  void close_out() { out_.reset(); }

  /// Reads both streams to their end, and waits. Throws where that takes too long.
  End finish();

 private:
  bool read_more(bool only_out);

  pid_t pid_ = -1;
  sm_train::UniqueFd out_;
  sm_train::UniqueFd err_;
  End end_;
};

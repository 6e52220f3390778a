#pragma once

#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "sm_train/system/unique_fd.hpp"

/// A terminal of 24 lines of 80 characters, with the test as the person who sits at it.
class Terminal {
 public:
  Terminal();

  void type(const std::string& keys) const;
  void resize(unsigned short columns) const;

  /// Reads the screen until `text` was seen there, and gives all that was seen so far. Throws where it does
  /// not come.
  const std::string& wait_for(const std::string& text);

  /// For a Child: makes it the controlling terminal of a new session, and `descriptors`.
  void sit_down(const std::vector<int>& descriptors) const;

 private:
  sm_train::UniqueFd ours_;
  std::string name_;
  std::string screen_;
};

/// For a Child that sits at a terminal. What an interactive shell does for a job: in the foreground until it
/// ends, and on with `fg` when it stops, which `on_stop` is told of. Gives its exit code.
int run_as_job(const std::function<int()>& body, const std::function<void()>& on_stop);

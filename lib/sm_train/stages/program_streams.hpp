#pragma once

#include <array>
#include <functional>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/types.h>

#include "sm_train/stages/keyboard.hpp"
#include "sm_train/stages/relay.hpp"
#include "sm_train/system/log_queue.hpp"
#include "sm_train/system/process.hpp"
#include "sm_train/system/pseudo_terminal.hpp"
#include "sm_train/system/terminal_loan.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// The streams between a program and ours. Its output comes through a pipe each, or through one where ours
/// are one, so that the order stays; where ours is a terminal it comes through a pseudo-terminal, and what is
/// typed goes back through it. While this lives the log stands between the lines of the program's stderr.
/// Never waits.
class ProgramStreams {
 public:
  /// What to poll for: stdout, stderr, the keyboard, the log.
  using Interests = std::array<pollfd, 4>;

  /// Without `relay_output` the program gets pipes, of which only the tails are kept, and nothing to read.
  /// Throws Error{unavailable} where there are no more descriptors.
  explicit ProgramStreams(bool relay_output, const std::function<RewriteOutput()>& rewrite_output = {});
  ProgramStreams(const ProgramStreams&) = delete;
  ProgramStreams& operator=(const ProgramStreams&) = delete;
  ProgramStreams(ProgramStreams&&) = delete;
  ProgramStreams& operator=(ProgramStreams&&) = delete;
  ~ProgramStreams();

  /// For start_process(): lends our terminal as well.
  ProcessStreams lend();

  /// They are the program's alone now: a pipe ends when all that could write to it have gone.
  void program_has_them();

  TerminalLoan& terminal_loan() { return loan_; }
  bool are_terminal() const { return terminal_.has_value(); }

  Interests interests() const;
  /// True where the key that stops `program` was typed.
  bool advance(const Interests& ready, pid_t program);

  /// Our terminal may have another size now.
  void follow_window_size();

  /// Takes what is there now for the last.
  void end_after_pending();
  bool done() const;

  std::string stdout_tail() const;
  std::string stderr_tail() const;

 private:
  Relay make_relay(int ours, bool relay_output, const std::function<RewriteOutput()>& rewrite_output,
                   UniqueFd& of_program);
  void put_log();

  std::optional<PseudoTerminal> terminal_;
  TerminalLoan loan_;
  UniqueFd out_of_program_;  ///< its end, until it has it; none where it is the terminal
  UniqueFd err_of_program_;
  UniqueFd in_of_program_;    ///< none where it is ours, or the terminal
  std::optional<Relay> out_;  ///< none where the other carries both
  std::optional<Relay> err_;
  std::optional<Keyboard> keyboard_;
  std::optional<LogQueue> log_;
};

}  // namespace sm_train

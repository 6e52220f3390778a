#pragma once

#include <chrono>
#include <optional>
#include <sys/types.h>
#include <variant>

#include "sm_train/contract/outcome.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/stages/program_streams.hpp"

namespace sm_train {

/// Looks after a program that runs and its process group, whose leader it is. Never waits: launch() calls it
/// when a signal came in or a time is over.
class Supervisor {
 public:
  using Clock = std::chrono::steady_clock;

  Supervisor(pid_t program, const LaunchOptions& options, ProgramStreams& streams)
      : program_(program),
        options_(options),
        terminal_(streams.terminal_loan()),
        has_own_session_(streams.are_terminal()) {
    if (options.time_limit.count() > 0) deadline_ = Clock::now() + options.time_limit;
  }

  pid_t program() const { return program_; }

  /// A signal that came to us: SIGCHLD reaps, another goes on to the program's group.
  void on_signal(int signal);

  /// The key that stops the program was typed at its terminal.
  void on_stop_key();

  /// When on_deadline() is to be called; nothing: never.
  std::optional<Clock::time_point> deadline() const { return deadline_; }
  void on_deadline();

  /// Readable when the program is wanted no longer; -1: never.
  int end_request() const { return end_was_requested_ ? -1 : options_.end_request; }
  void on_end_request();

  /// The program has ended, and its group with it, as far as can be.
  bool done() const { return end_ && (group_is_empty_ || gave_up_group_); }

  /// Whoever told us to end has waited long enough for what reads our output.
  bool gave_up_readers() const { return gave_up_readers_; }

  /// The first signal passed on, while the program ran, that asks a program to end.
  std::optional<int> told_to_end() const { return told_to_end_; }

  /// The program was still running at its time limit.
  bool timed_out() const { return timed_out_; }

  /// How the program ended, once it is done().
  std::variant<Exited, Killed> end() const { return *end_; }

 private:
  void pass_on(int signal);
  void on_told_to_end(int signal);
  bool is_at_time_limit() const;
  void end_at_time_limit();
  void ask_group_to_end();
  void kill_group();
  void give_up_group();
  void reap();
  void on_program_status(int status);
  void on_program_stopped(int signal);
  void end_leftovers();
  void send_to_group(int signal);

  pid_t program_;
  LaunchOptions options_;
  TerminalLoan& terminal_;
  bool has_own_session_;
  std::optional<std::variant<Exited, Killed>> end_;
  std::optional<Clock::time_point> deadline_;
  std::optional<int> told_to_end_;
  bool timed_out_ = false;
  bool end_was_requested_ = false;
  bool told_after_end_ = false;
  bool leftovers_told_ = false;
  bool stop_was_asked_for_ = false;  ///< by SIGTSTP
  bool stop_key_was_typed_ = false;
  bool killed_ = false;
  bool group_is_empty_ = false;
  bool gave_up_group_ = false;
  bool gave_up_readers_ = false;
};

}  // namespace sm_train

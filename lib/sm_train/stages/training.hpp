#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/outcome.hpp"
#include "sm_train/stages/options.hpp"
#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

/// The user's code, fetched and installed, as a framework's function gets it.
struct UserModule {
  std::string name;                 ///< "train"
  std::string file;                 ///< what import_module takes: "train.py", below the directory
  std::filesystem::path directory;  ///< the code directory
  Command command;                  ///< how it is called, with the arguments and the variables of the job
  /// Runs a command, that one or another, and stays with it until it ends, as launch() does: also all other
  /// children of this process are waited for. Once the job was told to end (Outcome::told_to_end) it throws
  /// Error in the place of another run.
  std::function<Outcome(const Command&)> run;
  /// For a function that computes in this process, whose signals are blocked: `interrupt.check()`, to be
  /// called at every step, throws Error where the job is to end (SIGTERM and the like).
  Interrupt interrupt;
};

/// Trains: with the user's module, or in whatever way the framework does. What it gives is reported as the
/// program's end: Outcome{Exited{0}} as success, and any other with the reason that its stderr_tail holds.
/// What it throws is reported as a failure: an Error with its own exit code, all else with 1. It is to
/// return: an exit() in it leaves no report. Processes are to be run by UserModule::run; others inherit
/// blocked signals, and a fork of this process must end with _exit().
using TrainFn = std::function<Outcome(const UserModule& user_module, const Environment& environment)>;

/// A framework's container from one function: around it go the same steps and the same report as around a
/// program of sm-train's own.
///
///     int main() { return Training::from_train_fn(train_fn).run(); }
class Training {
 public:
  static Training from_train_fn(TrainFn train_fn);

  /// The job that the environment of this process names, to its report; gives the exit code. Takes hold of
  /// the signals of the process, so it is to be called before there is another thread.
  int run() const;

  /// The same for a job of `options`.
  int run(const Options& options, Signals& signals) const;

 private:
  explicit Training(TrainFn train_fn) : train_fn_(std::move(train_fn)) {}

  TrainFn train_fn_;
};

}  // namespace sm_train

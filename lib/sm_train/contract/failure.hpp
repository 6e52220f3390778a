#pragma once

#include <stdexcept>
#include <string>

namespace sm_train {

/// Why the launcher itself could not do its job. A program that ran and failed is an Outcome, and not one of
/// these.
enum class Cause {
  usage,           ///< the command line, or a setting, cannot be understood
  bad_data,        ///< an archive, a checksum or a file that is not what it should be
  no_input,        ///< a file, directory or object that should be there is not
  unavailable,     ///< a service or a support program does not answer, or says that it cannot
  internal,        ///< a bug of ours
  cannot_create,   ///< an output file or directory cannot be made
  io,              ///< reading or writing failed in the middle
  denied,          ///< no permission, or no credentials
  bad_config,      ///< a config file says something that cannot be
  not_executable,  ///< the program is there and cannot be executed
  not_found,       ///< the program is not there
  hung_up,         ///< SIGHUP came before the program was started
  interrupted,     ///< SIGINT came before the program was started
  quit,            ///< SIGQUIT came before the program was started
  terminated,      ///< SIGTERM came before the program was started
};

/// The exit code of the launcher: sysexits(3) for its own faults, as a shell's for the others.
int exit_code(Cause cause);

/// A signal came, and not a failure: nobody who can do without something may go on after it.
bool is_signal(Cause cause);

/// What happened and where, and what to do about it.
struct Failure {
  Cause cause = Cause::internal;
  std::string what;    ///< names the file, key or URI; what was found and what was expected
  std::string remedy;  ///< what the reader can do; a sentence
};

/// The one exception of this library. what() is the failure's text with its remedy.
class Error : public std::runtime_error {
 public:
  explicit Error(Failure failure);
  const Failure& failure() const noexcept { return failure_; }

 private:
  Failure failure_;
};

}  // namespace sm_train

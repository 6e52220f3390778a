#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "fetch_job.hpp"
#include "show_plan.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/stages/options.hpp"

namespace sm_train {

/// What the command line asks for that needs no job: a text for standard output, with exit code 0.
struct ShowText {
  std::string text;
};

/// `sm-train python-package`: write the Python package there.
struct WritePackage {
  std::filesystem::path directory;
};

/// Whether a refusal is also written where the job's report would be.
enum class RefusalReport {
  never,
  as_pid_1,  ///< in a container this is the job; else it may be a slip of somebody's who looks around in
             ///< there
  always,    ///< it was to run the job of those paths, and just a setting is wrong
};

/// What cannot be understood, and `serve`.
struct Refused {
  Failure failure;
  Paths paths;  ///< of the job, as far as they could be told
  RefusalReport report = RefusalReport::as_pid_1;
};

using Invocation = std::variant<Options, FetchJob, ShowPlan, WritePackage, ShowText, Refused>;

/// The command line, and for what it leaves out the environment variable of the same setting.
Invocation parse_command_line(int argc, const char* const* argv, EnvVars environment);

}  // namespace sm_train

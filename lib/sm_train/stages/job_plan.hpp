#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/installation.hpp"
#include "sm_train/contract/job.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/distributed/distribution.hpp"
#include "sm_train/stages/fetch.hpp"
#include "sm_train/stages/foreseen_code.hpp"

namespace sm_train {

/// Where the code comes from, and where it goes.
struct SourcePlan {
  CodeOrigin origin = CodeOrigin::in_place;
  std::string source;  ///< as the job names it, though it may not be fetched; empty: it names none
  std::filesystem::path directory;
  ExistingCode existing_code = ExistingCode::overlay;
};

/// What would be installed.
struct InstallPlan {
  std::vector<InstallStep> steps;
  std::vector<std::string> notes;  ///< of how that was decided
  std::string rule;                ///< in place of the steps, where the code cannot be looked at
};

/// The user's program on one host, as it runs by itself or is what an engine starts.
struct ProgramPlan {
  std::string host;
  std::vector<std::string> argv;
  std::filesystem::path cwd;  ///< empty: ours
  EnvVars variables;          ///< those that sm-train sets, or sets anew
};

/// What one host of a job starts.
struct HostPlan {
  std::string host;
  Command command;        ///< without its variables; no argv where the host waits
  std::string waits_for;  ///< the host whose command runs the program on this one too; empty: none
};

/// What would become of a job.
struct JobPlan {
  std::vector<ConfigFile> configs;
  SourcePlan source;
  InstallPlan install;
  ProgramPlan program;
  Distribution distribution = Distribution::none;  ///< what starts the processes on those that take part
  std::vector<HostPlan> hosts;
  std::vector<std::string> notes;  ///< what it takes for granted; whole clauses
};

// Both show no secret: `secrets` are masked, and what is given to a secret name (see command_line).

/// For people: a section for each of these. Commands and values are quoted as a shell reads them; a value
/// that is too long for a line is cut, with its size; a row of hosts that do the same is one block.
std::string job_plan_text(const JobPlan& plan, const Secrets& secrets);

/// For programs, one line: an object with the keys configs, source, install, program, distribution, hosts
/// and, where there are any, notes. The contract's README has the schema. Nothing is cut.
std::string job_plan_json(const JobPlan& plan, const Secrets& secrets);

}  // namespace sm_train

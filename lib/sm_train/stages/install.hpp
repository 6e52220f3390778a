#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/installation.hpp"
#include "sm_train/contract/job.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

/// Gives a program that is to be run as a command the execute bit that it lacks, as the Python toolkit does.
void make_executable(const CodeLayout& code, const std::string& program);

struct InstallOptions {
  std::string requirements;  ///< a file, below the code directory or absolute; empty: its requirements.txt
  InstallerChoice installer = InstallerChoice::automatic;
  std::chrono::milliseconds timeout = std::chrono::milliseconds(0);  ///< for each step; 0: none
};

/// What will be installed for a job, once its code is there.
struct PreparedInstallation {
  Installation plan;
  std::optional<TempDir> prefix;  ///< holds packages for as long as it lives, where they can be nowhere else
};

/// `options` with the requirements file that the job itself names, where they name none.
InstallOptions with_requirements_of(const Settings& settings, InstallOptions options);

/// Looks at the code, the interpreter (which is started only where something may have to be installed) and
/// the machine, and says in the log what is worth knowing of that. `base` is written to where nothing else
/// can be. Throws Error: no_input or bad_data for the requirements file, not_found without an interpreter,
/// unavailable without an installer; what interrupt.check throws.
PreparedInstallation prepare_installation(EntryPointKind kind, const CodeLayout& code,
                                          const Interpreter& python, const InstallOptions& options,
                                          const EnvVars& env, const std::filesystem::path& base,
                                          const Interrupt& interrupt = {});

/// What prepare_installation will plan for code that is not yet in its directory, but lies in the directories
/// `trees`, which are going to be laid over each other, the first on top. It looks at the same, starts the
/// interpreter likewise, and makes and writes nothing: where packages can be nowhere else, a word in angle
/// brackets stands for their directory. Throws Error likewise.
Installation foresee_installation(EntryPointKind kind, const CodeLayout& code,
                                  const std::vector<std::filesystem::path>& trees, const Interpreter& python,
                                  const InstallOptions& options, const EnvVars& env,
                                  const Interrupt& interrupt = {});

/// Step 1: carries the steps out, quietly: a line of log with what each installed, and all that the installer
/// said only where it fails. Throws Error{unavailable} with its last error then, or where it takes longer
/// than `timeout`; a signal that ends the job (SIGTERM and its like) ends the installer and is thrown as
/// that.
void install(const std::vector<InstallStep>& steps, Signals& signals,
             std::chrono::milliseconds timeout = std::chrono::milliseconds(0));

}  // namespace sm_train

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"

namespace sm_train {

/// The command of sm-train that starts a rank, for Open MPI alone.
inline constexpr const char* mpi_rank_command = "mpi-rank";

/// The variable by which a rank finds what its host has written for it.
inline constexpr const char* rank_file_variable = "SM_TRAIN_RANK_FILE";

/// Writes what the ranks on this host need of it, for its user alone: the program's variables and its working
/// directory, and the names of the variables that mpirun gives a value of its own (`given`). Throws
/// Error{cannot_create}.
void write_rank_file(const std::filesystem::path& file, const Command& program,
                     const std::vector<std::string>& given);

/// The names of the variables to which mpirun's `-x NAME=VALUE` gives a value.
std::vector<std::string> given_by_mpirun(const std::vector<std::string>& argv);

/// While this is there, beside the rank file, the job is ending: what it holds is the signal to do so.
std::filesystem::path ending_file(const std::filesystem::path& rank_file);

/// What a rank runs: `argv`, with the variables of the program on this host, as mpirun takes its own from the
/// master and the rest from an ssh session. What mpirun gives a value of its own is that, and so are its own
/// variables. Without a `file` the environment is the one given. Throws Error{no_input} where it cannot be
/// read.
Command rank_command(std::vector<std::string> argv, EnvVars given, const std::filesystem::path& file);

/// Becomes that rank, or ends where the job does: Open MPI calls us with the program's argv
/// (orte_fork_agent). Gives the exit code where it cannot.
int start_rank(const std::vector<std::string>& argv);

}  // namespace sm_train

#include "sm_train/stages/mpi.hpp"

#include <utility>

namespace sm_train {

Command program_of_ranks(Command program, const EnvVars& of_job) {
  // mpirun tags what is written, and a line in pieces would have a tag for each. To a rank its output is a
  // terminal, so that its lines come at once anyway.
  if (!of_job.contains("PYTHONUNBUFFERED")) program.env.erase("PYTHONUNBUFFERED");
  return program;
}

}  // namespace sm_train

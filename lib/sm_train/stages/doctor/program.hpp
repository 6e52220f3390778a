#pragma once

#include <optional>
#include <string>

#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/interpreter.hpp"
#include "sm_train/contract/job.hpp"
#include "sm_train/stages/doctor/finding.hpp"
#include "sm_train/stages/foreseen_code.hpp"
#include "sm_train/stages/options.hpp"

namespace sm_train {

/// What a job would run, as far as that can be told before its code is fetched.
struct ForeseenProgram {
  Environment environment;
  ForeseenCode code;
  EntryPointKind kind = EntryPointKind::command;
};

/// Throws Error as foresee_code does, and where the job names no program.
ForeseenProgram foresee_program(const Job& job, const Options& options);

/// Whether the program is there and can be run, with its arguments. Skipped where the code is still to be
/// fetched. Throws Error as make_plan does: for a program that is not there, with what may have been meant.
Finding check_program(const ForeseenProgram& program, const Interpreter& python, const Options& options);

}  // namespace sm_train

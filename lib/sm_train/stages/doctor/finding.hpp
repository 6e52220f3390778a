#pragma once

#include <string>
#include <string_view>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

enum class Verdict {
  passed,
  warning,  ///< jobs do die of it, though this one need not
  failed,   ///< this job dies of it
  skipped,  ///< it cannot be checked, or the job has no need of it
};

/// "passed", as JSON has it.
std::string_view verdict_name(Verdict verdict);

/// What a check found.
struct Finding {
  std::string name;  ///< of the check: "shared-memory". The checks leave it empty, and examine() sets it
  Verdict verdict = Verdict::passed;
  std::string what;    ///< what was found, one or two plain sentences
  std::string remedy;  ///< what the reader can do; empty where there is nothing to be done

  bool operator==(const Finding&) const = default;
};

Finding passed(std::string what);
Finding warning(std::string what, std::string remedy);
Finding failed(std::string what, std::string remedy);
Finding skipped(std::string why, std::string remedy = {});

/// The same for what was thrown.
Finding warning(const Failure& failure);
Finding failed(const Failure& failure);

}  // namespace sm_train

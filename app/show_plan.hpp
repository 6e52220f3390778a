#pragma once

#include <optional>
#include <string>

#include "sm_train/stages/options.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

/// `sm-train plan`: show what the job would start, and start nothing.
struct ShowPlan {
  Options options;
  std::optional<std::string> host;  ///< this one alone
  bool is_json = false;
};

/// Does it on standard output, and gives the exit code: that of the fault where there is one, which is told
/// on stderr and nowhere else.
int show_plan(const ShowPlan& show, Signals& signals);

}  // namespace sm_train

#pragma once

#include <filesystem>
#include <string>

#include "sm_train/stages/fetch.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

/// `sm-train fetch`: the fetch stage alone, without a job around it.
struct FetchJob {
  std::string source;
  std::filesystem::path directory;
  FetchOptions options;
  int log_level = 20;
};

/// Does it and says in one line what came, and gives the exit code: that of the fault where there is one,
/// which is told on stderr and nowhere else.
int fetch(const FetchJob& job, Signals& signals);

}  // namespace sm_train

#pragma once

// For authors of frameworks: everything that lib/README.md shows, in the order in which a job meets it.

#include "sm_train/contract/arguments.hpp"
#include "sm_train/contract/command.hpp"
#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/env_vars.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/job.hpp"
#include "sm_train/contract/outcome.hpp"
#include "sm_train/contract/paths.hpp"
#include "sm_train/contract/plan.hpp"
#include "sm_train/stages/code_layout.hpp"
#include "sm_train/stages/fetch.hpp"
#include "sm_train/stages/install.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/stages/load.hpp"
#include "sm_train/stages/options.hpp"
#include "sm_train/stages/report.hpp"
#include "sm_train/stages/train.hpp"
#include "sm_train/system/machine.hpp"
#include "sm_train/version.hpp"

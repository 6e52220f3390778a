#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sm_train/stages/mock_job.hpp"
#include "subcommand.hpp"

namespace sm_train {

/// -p and -c, of the commands that make a mock job.
std::vector<CommandOption> mock_job_options();

/// Adds what they say to the job. A channel of a name that has data of the job's own takes their place.
void apply_mock_job_options(const Given& given, MockJob& job);

/// The text of an operand or an option. Throws Error{usage} where it is empty.
std::string not_empty(const Given& given, std::string_view name, std::string_view command);

}  // namespace sm_train

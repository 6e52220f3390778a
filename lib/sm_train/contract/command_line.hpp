#pragma once

#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/secrets.hpp"

namespace sm_train {

/// A command as one readable line that a shell would read back, for a person's eyes only. The value of a
/// flag, or of a word `name=value`, with a secret name (see is_secret_name) is shown as `******`, as is what
/// `secrets` holds.
std::string command_line(const Command& command, const Secrets& secrets = {});

}  // namespace sm_train

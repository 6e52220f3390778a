#pragma once

#include <string>

namespace sm_train {

/// A signal as its manual page writes it, "SIGTERM"; one without a name, a real-time signal, as "signal 40".
std::string signal_name(int signal);

}  // namespace sm_train

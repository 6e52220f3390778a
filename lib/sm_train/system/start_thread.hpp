#pragma once

#include <functional>
#include <thread>

namespace sm_train {

/// Throws Error{io} where the system gives no thread.
std::thread start_thread(std::function<void()> run);

}  // namespace sm_train

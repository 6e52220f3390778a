#include <iostream>
#include <string>

#include "command_line.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/stages/report.hpp"
#include "sm_train/stages/train.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/process.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/system/signals.hpp"

namespace {

using namespace sm_train;

int run(const Invocation& invocation, Signals& signals) {
  if (const auto* show = std::get_if<ShowText>(&invocation)) {
    std::cout << show->text << std::flush;
    return 0;
  }
  return train(std::get<Options>(invocation), signals);
}

}  // namespace

int main(int argc, char* argv[]) try {
  open_missing_standard_streams();
  Signals signals;
  const Invocation invocation = parse_command_line(argc, argv, process_env_vars());
  return run(invocation, signals);
} catch (const Error& error) {
  // A job whose settings are wrong ends here: SageMaker shows the reason only from the default base path's
  // report.
  log(LogLevel::error, error.what());
  return report(error.failure(), Paths{});
}

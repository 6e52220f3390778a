#include "sm_train/stages/training.hpp"

#include <exception>
#include <utility>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/stages/fault.hpp"
#include "sm_train/stages/report.hpp"
#include "sm_train/stages/settings.hpp"
#include "sm_train/stages/train.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/process.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

Training Training::from_train_fn(TrainFn train_fn) {
  return Training(std::move(train_fn));
}

int Training::run() const {
  open_missing_standard_streams();
  Options options;
  options.environment = process_env_vars();
  const Secrets secrets(options.environment);
  keep_out_of_log(secrets);
  try {
    Signals signals;
    apply_settings(options, [](std::size_t) { return std::nullopt; });
    return run(options, signals);
  } catch (const std::exception& error) {
    const Failure failure = fault_of(error);
    log(LogLevel::error, Error(failure).what());
    return report(failure, options.paths, secrets);
  }
}

int Training::run(const Options& options, Signals& signals) const {
  return train(options, signals, train_fn_);
}

}  // namespace sm_train

#include "sm_train/stages/call_train_fn.hpp"

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/log.hpp"

namespace sm_train {

namespace {

Outcome failed(const std::string& message) {
  log(LogLevel::error, message);
  return {.end = Exited{1}, .stderr_tail = message};
}

/// An end that the kernel can give, and a reason for it.
Outcome completed(Outcome outcome) {
  auto* exited = std::get_if<Exited>(&outcome.end);
  if (exited && (exited->code < 0 || exited->code > 255)) exited->code = 255;
  if (!succeeded(outcome) && outcome.stdout_tail.empty() && outcome.stderr_tail.empty())
    outcome.stderr_tail = "the framework's function gave no reason (in Outcome::stderr_tail)";
  return outcome;
}

Outcome call(const TrainFn& train_fn, const UserModule& user_module, const Environment& environment) try {
  return completed(train_fn(user_module, environment));
} catch (const Error&) {
  throw;
} catch (const std::exception& error) {
  return failed(error.what());
} catch (...) {
  return failed("the framework's function threw what is no std::exception");
}

}  // namespace

TrainFnEnd call_train_fn(const TrainFn& train_fn, const Command& program, const Environment& environment,
                         const CodeLayout& code, Signals& signals, const LaunchOptions& options) {
  constexpr const char* step = "while the framework's function ran";
  const Interrupt interrupt = signals.interrupt_of(step);
  TrainFnEnd end;
  std::optional<int> told_to_end;  // launch() has taken the signal
  const auto check = [&] {
    if (told_to_end) throw_if_ending(*told_to_end, step);
    interrupt.check();
  };
  const auto run = [&](const Command& command) {
    check();
    end.ran_a_command = true;
    Outcome outcome = launch(command, signals, options);
    told_to_end = outcome.told_to_end;
    return outcome;
  };
  end.outcome = call(train_fn,
                     {.name = environment.module_name,
                      .file = file_of_program(environment.user_entry_point),
                      .directory = code.directory,
                      .command = program,
                      .run = run,
                      .interrupt = {.fd = interrupt.fd, .check = check}},
                     environment);
  return end;
}

}  // namespace sm_train

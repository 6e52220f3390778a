#include "sm_train/contract/outcome.hpp"

namespace sm_train {

int exit_code(const Outcome& outcome) {
  if (const auto* killed = std::get_if<Killed>(&outcome.end)) return 128 + killed->signal;
  return std::get<Exited>(outcome.end).code;
}

bool succeeded(const Outcome& outcome) {
  return exit_code(outcome) == 0;
}

}  // namespace sm_train

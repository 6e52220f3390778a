#include "subcommands.hpp"

#include "commands/completion.hpp"
#include "commands/doctor.hpp"
#include "commands/fetch.hpp"
#include "commands/man.hpp"
#include "commands/plan.hpp"
#include "commands/python_package.hpp"
#include "commands/serve.hpp"
#include "commands/train.hpp"

namespace sm_train {

const std::vector<Subcommand>& subcommands() {
  static const std::vector<Subcommand> all = {
      train_command(),          plan_command(),       doctor_command(), fetch_command(),
      python_package_command(), completion_command(), man_command(),    serve_command(),
  };
  return all;
}

}  // namespace sm_train

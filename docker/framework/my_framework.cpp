// A framework's container in C++: its own main() is the container's ENTRYPOINT.
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "sm_train/sm_train.hpp"

namespace {

using namespace sm_train;

/// Runs the user's program, and saves a model card beside what that saved.
Outcome train_fn(const UserModule& user_module, const Environment& environment) {
  if (environment.channel_input_dirs.empty()) throw std::runtime_error("my framework wants a channel");
  Outcome outcome = user_module.run(user_module.command);
  if (succeeded(outcome))
    std::ofstream(std::filesystem::path(environment.model_dir) / "card.txt")
        << user_module.name << " was trained on " << environment.channel_input_dirs.front().first << "\n";
  return outcome;
}

}  // namespace

int main() {
  return Training::from_train_fn(train_fn).run();
}

#include "commands/completion.hpp"

#include <iostream>
#include <map>
#include <string>

#include <fmt/format.h>

#include "completion/shells.hpp"
#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

int run(Given given, Signals&) {
  static const std::map<std::string, std::string (*)()> shells = {
      {"bash", bash_completion}, {"fish", fish_completion}, {"zsh", zsh_completion}};
  const std::string shell = given.text("bash|zsh|fish").value_or("");
  const auto found = shells.find(shell);
  if (found == shells.end())
    throw Error({.cause = Cause::usage,
                 .what = fmt::format("There are no completions for \"{}\".", shell),
                 .remedy = "Name bash, zsh or fish."});
  std::cout << found->second() << std::flush;
  return 0;
}

}  // namespace

Subcommand completion_command() {
  return {.name = "completion",
          .summary = "Print the completions of bash, zsh or fish",
          .about = {"A package puts them where the shells look. Else they go into a shell's own settings: "
                    "`source <(sm-train completion bash)` in ~/.bashrc, `source <(sm-train completion zsh)` "
                    "in ~/.zshrc "
                    "behind compinit, or `sm-train completion fish | source` in fish's config.fish."},
          .operands = {{.name = "bash|zsh|fish", .help = "The shell"}},
          .examples = {{.command = "source <(sm-train completion bash)", .what = "in this shell"}},
          .run = run};
}

}  // namespace sm_train

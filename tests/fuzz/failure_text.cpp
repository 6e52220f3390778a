// What output/failure says of a program that failed.
//
// The input: how it ended ("exited 3", "killed 9", and "out of memory" where it was), the tails of stdout and
// of stderr, and the command, an argument a line.

#include "sm_train/contract/failure_report/failure_text.hpp"

#include <charconv>
#include <string>

#include "support.hpp"

namespace sm_train::fuzz {

namespace {

// Below blank lines, as the two above a traceback may say that Python only mentions it.
constexpr std::string_view traceback =
    "\n\n\nTraceback (most recent call last):\n  File \"train.py\", line 1, in <module>\nOSError: disk is "
    "full\n";
constexpr std::string_view secret = "correct-horse-battery-staple";

int number_in(std::string_view text) {
  int number = 0;
  const std::size_t start = std::min(text.find(' '), text.size() - 1) + 1;
  std::from_chars(text.data() + start, text.data() + text.size(), number);
  return number;
}

Outcome outcome_of(std::string_view how, std::string_view stdout_tail, std::string_view stderr_tail) {
  Outcome outcome{.stdout_tail = std::string(stdout_tail),
                  .stderr_tail = std::string(stderr_tail),
                  .out_of_memory = how.find("out of memory") != std::string_view::npos};
  const auto number = static_cast<unsigned>(how.empty() ? 0 : number_in(how));
  if (how.starts_with("killed"))
    outcome.end = Killed{static_cast<int>(1 + number % 64)};
  else
    outcome.end = Exited{static_cast<int>(number % 256)};
  return outcome;
}

Command command_of(std::string_view lines) {
  Command command;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    command.argv.emplace_back(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return command;
}

void check_text(const std::string& text) {
  require(!find_invalid_utf8(text), "the text is UTF-8");
  require(characters_of(text) <= max_failure_characters, "the text is as long as SageMaker shows");
}

/// A job whose hyperparameters, channels and full volumes have the names that the command holds.
FailureClues clues_of(const Command& command) {
  FailureClues clues;
  std::vector<Dict::Item> hyperparameters;
  for (const std::string& word : command.argv) {
    const bool is_nested = word.size() % 2 == 0;
    hyperparameters.emplace_back(word, is_nested ? Value(List{true}) : Value(true));
    clues.channels.push_back(word + "x");
    clues.volumes.push_back({.directory = word, .size = word.size(), .free = word.size() * 100'000});
  }
  clues.hyperparameters = Dict(std::move(hyperparameters));
  return clues;
}

void check_outcome(const Outcome& outcome, const Command& command) {
  const std::string text = failure_text(outcome, command, clues_of(command));
  check_text(text);
  require(text.starts_with("ExecuteUserScriptError:\nExitCode " + std::to_string(exit_code(outcome)) +
                           "\nErrorMessage \""),
          "the cause stands first");
  for (const char c : text)
    require(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t',
            "no control character reaches the console that shows the text");
}

}  // namespace

void check(std::string_view input) {
  const auto [how, stdout_tail, stderr_tail, arguments] = split<4>(input);
  Outcome outcome = outcome_of(how, stdout_tail, stderr_tail);
  Command command = command_of(arguments);
  check_outcome(outcome, command);

  outcome.stderr_tail += traceback;
  check_outcome(outcome, command);
  require(failure_text(outcome, command).find("OSError: disk is full") != std::string::npos,
          "the last exception is told, whatever stands before it");

  command.argv.insert(command.argv.end(), {"--password", std::string(secret)});
  outcome.stderr_tail.append("--password ").append(secret).append(" {'my_token': '").append(secret) += "'}\n";
  if (input.find(secret) == std::string_view::npos)
    require(failure_text(outcome, command).find(secret) == std::string::npos, "a secret is not told");

  const Secrets secrets(EnvVars{{"DB_PASSWORD", std::string(secret)}});
  const std::string masked =
      secrets.masked(std::string(stderr_tail) + std::string(secret) + std::string(stdout_tail));
  require(masked.find(secret) == std::string::npos,
          "a secret of the environment is masked wherever it stands");
  require(!find_invalid_utf8(secrets.masked(clip_utf8(stderr_tail, stderr_tail.size()))),
          "masking keeps UTF-8");
  check_text(failure_text(Failure{.what = std::string(stderr_tail), .remedy = std::string(stdout_tail)}));
}

}  // namespace sm_train::fuzz

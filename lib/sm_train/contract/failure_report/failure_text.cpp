#include "sm_train/contract/failure_report/failure_text.hpp"

#include "sm_train/contract/command_line.hpp"
#include "sm_train/contract/failure_report/error_message.hpp"
#include "sm_train/contract/secret_pairs.hpp"
#include "sm_train/contract/signal_name.hpp"

namespace sm_train {

namespace {

// Less of a command than this says nothing.
constexpr std::size_t least_command_characters = 40;

/// What is known of the end besides what the program wrote, a line each.
std::string verdict(const Outcome& outcome) {
  std::string text;
  if (outcome.out_of_memory)
    text += "Out of memory: the kernel killed a process of the job because the memory limit was reached.\n";
  if (const auto* killed = std::get_if<Killed>(&outcome.end))
    text += "The program was killed by " + signal_name(killed->signal) + ".\n";
  if (!outcome.detail.empty()) text += outcome.detail + "\n";
  return text;
}

std::string command_text(const Command& command, const Secrets& secrets, std::size_t room) {
  if (command.argv.empty()) return "";
  const std::string open = "\nCommand \"";
  const std::string line = command_line(command, secrets);
  std::string whole = open + clip_utf8(line, line.size()) + "\"";
  if (characters_of(whole) <= room) return whole;
  if (room < least_command_characters) return "";
  const std::string close = "...\"";
  return clip_utf8(whole, room - close.size()) + close;
}

/// Before anything is cut, since half a secret is not found.
ErrorMessage masked(ErrorMessage message, const Secrets& secrets) {
  for (std::string& line : message.lines) line = with_masked_pairs(secrets.masked(line));
  return message;
}

/// The hint as a line of the report; empty where the cause has no room beside it.
std::string hint_text(const std::string& hint, const ErrorMessage& message, std::size_t room) {
  if (hint.empty()) return "";
  std::string text = "\nHint: " + hint;
  const std::size_t cause =
      message.lines.empty() ? 0 : characters_of(message.lines[message.important.front()]);
  const bool is_cut_anyway = cause > room;
  return is_cut_anyway || characters_of(text) + cause <= room ? text : "";
}

}  // namespace

std::string failure_text(const Outcome& outcome, const Command& command, const FailureClues& clues,
                         const Secrets& secrets) {
  const std::string head = "ExecuteUserScriptError:\nExitCode " + std::to_string(exit_code(outcome)) +
                           "\nErrorMessage \"" + verdict(outcome);
  const ErrorMessage whole = masked(find_error_message(outcome.stdout_tail, outcome.stderr_tail), secrets);
  const std::size_t room = max_failure_characters - characters_of(head) - 1;
  const std::string hint = hint_text(secrets.masked(failure_hint(outcome, whole, clues)), whole, room);
  std::string message = clip_message(whole, room - characters_of(hint));
  if (message.empty()) message = "The program wrote nothing to stderr and stdout.";
  const std::string text = head + message + "\"" + hint;
  return text + command_text(command, secrets, max_failure_characters - characters_of(text));
}

std::string failure_text(const Failure& failure, const Secrets& secrets) {
  const std::string whole = failure.remedy.empty() ? failure.what : failure.what + "\n" + failure.remedy;
  return clip_utf8(secrets.masked(whole), max_failure_characters);
}

}  // namespace sm_train

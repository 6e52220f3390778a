#include "sm_train/contract/failure_report/launcher_error.hpp"

#include <algorithm>
#include <iterator>

#include "sm_train/contract/failure_report/last_words.hpp"
#include "sm_train/contract/failure_report/text_lines.hpp"
#include "sm_train/contract/failure_report/torchrun_summary.hpp"

namespace sm_train {

namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view error_of_torchrun =
    "torch.distributed.elastic.multiprocessing.errors.ChildFailedError";
constexpr std::string_view error_of_subprocess = "subprocess.CalledProcessError";

// What a child wrote last stands right before what its parent says of it.
constexpr std::size_t most_lines_before_parent = 100;
constexpr std::size_t most_lines_of_child = 6;

const std::string& exception_of(const ErrorMessage& message) {
  return message.lines[message.important.front()];
}

ErrorMessage words_of_child(const Lines& lines) {
  ErrorMessage words = find_last_words(lines).value_or(last_lines(lines));
  if (words.lines.size() <= most_lines_of_child) return words;
  // From the cause on, or else the very last.
  const std::size_t start = std::min(words.important.front(), words.lines.size() - most_lines_of_child);
  return {.lines = part(words.lines, start, start + most_lines_of_child),
          .important = {words.important.front() - start}};
}

/// The exception and what follows it, without the frames.
ErrorMessage without_frames(const ErrorMessage& message) {
  const std::size_t exception = message.important.front();
  ErrorMessage rest{.lines = part(message.lines, exception), .important = {}};
  for (const std::size_t line : message.important)
    if (line >= exception) rest.important.push_back(line - exception);
  return rest;
}

/// A parent says that a command of its failed: why, the command has said before.
ErrorMessage with_child_of_subprocess(const Lines& lines, std::size_t header, const ErrorMessage& own,
                                      const FindTraceback& find_traceback) {
  const Lines before = part(lines, header - std::min(header, most_lines_before_parent), header);
  if (const auto child = find_traceback(before)) return stacked(*child, without_frames(own));
  const ErrorMessage words = words_of_child(before);
  // Such words may be of anything, while the parent names the command.
  return words.lines.empty() ? own : stacked(words, own, MattersMore::below);
}

Lines lines_with_prefix(const Lines& lines, const std::string& prefix) {
  Lines own;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(own),
               [&](const std::string& line) { return line.starts_with(prefix); });
  return own;
}

ErrorMessage with_rank_of_torchrun(const Lines& lines, std::size_t header, const ErrorMessage& own,
                                   const FindTraceback& find_traceback) {
  const TorchrunRootCause cause = read_torchrun_summary(lines, header);
  const bool is_killed = cause.exit_code < 0;
  Lines before = part(lines, 0, header);
  // A rank that a signal has killed left no traceback, and any that is there is of something else.
  if (!is_killed) {
    for (const std::string& prefix :
         {"[rank" + std::to_string(cause.rank) + "]:", "[default" + std::to_string(cause.local_rank) + "]:"})
      if (auto traceback = find_traceback(lines_with_prefix(before, prefix))) return *std::move(traceback);
    if (auto traceback = find_traceback(before)) return *std::move(traceback);
  }
  if (cause.lines.empty()) return own;
  ErrorMessage summary{.lines = {exception_of(own)}, .important = {}};
  for (const std::string& line : cause.lines) {
    summary.important.push_back(summary.lines.size());
    summary.lines.push_back(line);
  }
  summary.important.push_back(0);
  std::erase_if(before, is_of_torchrun);
  const ErrorMessage words = words_of_child(before);
  if (words.lines.empty()) return summary;
  // A killed rank had no time for words: the signal says more than any that are there.
  return stacked(words, summary, is_killed ? MattersMore::below : MattersMore::above);
}

}  // namespace

bool is_of_torchrun(std::string_view line) {
  return line.find("torch.distributed") != std::string_view::npos ||
         line.find("torch/distributed/") != std::string_view::npos;
}

std::optional<ErrorMessage> cause_of_launcher_error(const Lines& lines, std::size_t header,
                                                    const ErrorMessage& own,
                                                    const FindTraceback& find_traceback) {
  if (exception_of(own).starts_with(error_of_torchrun))
    return with_rank_of_torchrun(lines, header, own, find_traceback);
  if (exception_of(own).starts_with(error_of_subprocess))
    return with_child_of_subprocess(lines, header, own, find_traceback);
  return std::nullopt;
}

}  // namespace sm_train

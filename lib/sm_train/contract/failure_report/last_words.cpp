#include "sm_train/contract/failure_report/last_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <string_view>

#include "sm_train/contract/failure_report/text_lines.hpp"
#include "sm_train/contract/unicode.hpp"

namespace sm_train {

namespace {

constexpr std::size_t most_last_lines = 20;
constexpr std::size_t most_trace_lines = 400;

/// A line as the program wrote it, where mpirun or torchrun has put the rank before it.
std::string_view without_rank(std::string_view line) {
  if (!line.starts_with('[')) return line;
  const std::size_t end = line.find(']');
  if (end == std::string_view::npos) return line;
  std::string_view rest = line.substr(end + 1);
  for (const std::string_view mark : {"<stderr>:", "<stdout>:", ": ", ":"}) {
    if (!rest.starts_with(mark)) continue;
    rest.remove_prefix(mark.size());
    return rest;
  }
  return line;
}

// How the line begins that says why a program ends.
constexpr std::array<std::string_view, 21> beginnings = {
    "panic: ",               // Go
    "fatal error: ",         // Go
    "Exception in thread ",  // Java
    "Unhandled exception",   // .NET, Dart
    "Uncaught ",             // Deno, PHP
    "PHP Fatal error: ",     // PHP
    "thread '",              // Rust: "thread 'main' panicked at src/main.rs:1:5:"
    "terminate called ",     // C++ (libstdc++): "... after throwing an instance of 'x'"
    "libc++abi: ",           // C++ (libc++)
    "Fatal Python error: ",  // CPython, faulthandler
    "Error in ",             // R
    "Error: ",               // R, node, click
    "ERROR: LoadError: ",    // Julia
    "Segmentation fault",    // a shell
    "*** Error in ",         // glibc before 2.26
    "*** stack smashing ",   // glibc
    "double free or ",       // glibc
    "free(): ",              // glibc
    "malloc(): ",            // glibc
    "corrupted ",            // glibc: "corrupted size vs. prev_size"
    "Assertion failed: ",    // BSD, emscripten
};

// What stands within such a line.
constexpr std::array<std::string_view, 13> signs = {
    " Segmentation fault",                    // bash: "line 1: 123 Segmentation fault  ./train"
    ": Assertion `",                          // glibc
    " runtime error: ",                       // UBSan, Fortran
    "ERROR: AddressSanitizer: ",              // "==12==ERROR: AddressSanitizer: heap-buffer-overflow"
    "ERROR: LeakSanitizer: ",                 // with ASan, or alone
    "WARNING: MemorySanitizer: ",             // ends the program
    "WARNING: ThreadSanitizer: ",             // exit code 66
    ") panicked at ",                         // Rust: "thread 'main' (123) panicked at ..."
    "*** Process received signal ***",        // Open MPI
    ": error: unrecognized arguments: ",      // argparse
    ": error: argument ",                     // argparse
    ": error: the following arguments are ",  // argparse
    ": error: no such option: ",              // optparse
};

// Within what follows: the cause of what is told first, or its text.
constexpr std::array<std::string_view, 4> continuations = {
    "Caused by: ", "  what():  ", "\tpanic: ", "SUMMARY: "};

template <std::size_t count>
bool starts_with_one_of(std::string_view line, const std::array<std::string_view, count>& marks) {
  return std::any_of(marks.begin(), marks.end(),
                     [&](std::string_view mark) { return line.starts_with(mark); });
}

bool is_cause(std::string_view line) {
  line = without_rank(line);
  if (line.starts_with("thread '")) return line.find(" panicked at ") != std::string_view::npos;
  return starts_with_one_of(line, beginnings) ||
         std::any_of(signs.begin(), signs.end(),
                     [&](std::string_view s) { return line.find(s) != std::string_view::npos; });
}

/// "    at f (a.js:1:2)", "\tat A.main(A.java:1)", "\tfrom a.rb:1:in `f'", "\tmain::f(1) called at a.pl line
/// 1".
bool is_frame(std::string_view line) {
  line = without_rank(line);
  if (!is_indented(line)) return false;
  if (line.find(" called at ") != std::string_view::npos) return true;
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line.starts_with("at ") || line.starts_with("from ") || line.starts_with("... ");
}

bool belongs_to_trace(std::string_view line) {
  line = without_rank(line);
  return is_indented(line) || line.starts_with("Caused by: ");
}

/// Where the end of the lines begins: a stack trace is long, so what is indented, or has something indented
/// below it as each call in Go's has, hardly counts.
std::size_t start_of_end(const std::vector<std::string>& lines) {
  std::size_t start = lines.size();
  std::size_t told = 0;
  bool has_indented_below = false;
  while (start > 0 && lines.size() - start < most_trace_lines) {
    const std::string_view line = without_rank(lines[start - 1]);
    const bool is_trace = is_indented(line) || line.empty() || has_indented_below;
    if (!is_trace && told == most_last_lines) break;
    has_indented_below = line.starts_with('\t');
    if (!is_trace) ++told;
    --start;
  }
  return start;
}

/// The place of the line that says why, at `start` or after it.
std::optional<std::size_t> find_cause(const std::vector<std::string>& lines, std::size_t start) {
  for (std::size_t i = lines.size(); i-- > start;)
    if (is_cause(lines[i])) return i;
  for (std::size_t i = lines.size(); i-- > start;) {
    if (!is_frame(lines[i])) continue;
    while (i > start && belongs_to_trace(lines[i])) --i;
    return is_blank(lines[i]) ? std::nullopt : std::optional(i);
  }
  return std::nullopt;
}

/// Whether a line has a letter or digit of any alphabet, and is no mere rule or edge of a box.
bool speaks(std::string_view line) {
  while (!line.empty()) {
    const CodePoint first = decode_utf8(line).value_or(CodePoint{});
    const bool draws_box = first.value >= 0x2500 && first.value < 0x25a0;
    if (first.value < 0x80 ? std::isalnum(static_cast<int>(first.value)) != 0 : !draws_box) return true;
    line.remove_prefix(first.bytes);
  }
  return false;
}

bool is_rule(const std::string& line) {
  constexpr std::size_t shortest_rule = 60;
  return line.size() >= shortest_rule && line.find_first_not_of('-') == std::string::npos;
}

bool is_banner(const std::string& line) {
  constexpr std::array<std::string_view, 4> openings = {
      "Primary job ", "mpirun detected that ", "prterun detected that ", "MPI_ABORT was invoked on "};
  return starts_with_one_of(line, openings);
}

/// The place of the rule that closes the banner which begins at `start`; `start` where none begins there, or
/// where it is not closed soon, since what follows may be the cause.
std::size_t end_of_banner(const std::vector<std::string>& lines, std::size_t start) {
  constexpr std::size_t most_banner_lines = 30;
  if (!is_rule(lines[start]) || start + 1 == lines.size() || !is_banner(lines[start + 1])) return start;
  const std::size_t most = std::min(lines.size(), start + most_banner_lines);
  for (std::size_t i = start + 1; i < most; ++i)
    if (is_rule(lines[i])) return i;
  return start;
}

}  // namespace

std::vector<std::string> without_banners(const std::vector<std::string>& lines) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (const std::size_t end = end_of_banner(lines, i); end > i)
      i = end;
    else
      kept.push_back(lines[i]);
  }
  return kept;
}

std::optional<ErrorMessage> find_last_words(const std::vector<std::string>& lines) {
  const std::size_t start = start_of_end(lines);
  const auto cause = find_cause(lines, start);
  if (!cause) return std::nullopt;

  ErrorMessage message;
  std::vector<std::size_t> causes;
  for (std::size_t i = start; i < lines.size(); ++i) {
    if (is_blank(lines[i])) continue;
    const std::size_t at = message.lines.size();
    message.lines.push_back(lines[i]);
    if (i == *cause) message.important.push_back(at);
    if (i > *cause && starts_with_one_of(without_rank(lines[i]), continuations)) causes.push_back(at);
  }
  // The innermost first; and the last line, as what begins like a cause may be none.
  message.important.insert(message.important.end(), causes.rbegin(), causes.rend());
  if (!belongs_to_trace(message.lines.back())) message.important.push_back(message.lines.size() - 1);
  return message;
}

ErrorMessage last_lines(const std::vector<std::string>& lines) {
  ErrorMessage message;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(message.lines),
               [](const std::string& line) { return !is_blank(line); });
  if (message.lines.empty()) return message;
  if (message.lines.size() > most_last_lines)
    message.lines.erase(message.lines.begin(),
                        message.lines.end() - static_cast<std::ptrdiff_t>(most_last_lines));
  const auto last = std::find_if(message.lines.rbegin(), message.lines.rend(), speaks);
  const bool none_speaks = last == message.lines.rend();
  message.important.push_back(none_speaks ? message.lines.size() - 1
                                          : static_cast<std::size_t>(message.lines.rend() - last) - 1);
  return message;
}

}  // namespace sm_train

#include "sm_train/contract/failure_report/refused_option.hpp"

#include <array>

namespace sm_train {

namespace {

using Why = RefusedOption::Why;

/// What stands before the words that a parser refuses, up to the end of the line or to `until`.
struct Form {
  std::string_view mark;
  std::string_view until;
  Why why;
};

constexpr std::array<Form, 27> forms = {{
    {"unrecognized arguments: ", "\n", Why::unknown},               // argparse
    {"Unrecognized arguments: ", "\n", Why::unknown},               // jsonargparse
    {"error: argument ", ":", Why::value},                          // argparse
    {"o such option", "\n", Why::unknown},                          // click, typer, optparse
    {"Invalid value for ", ":", Why::value},                        // click
    {"Got unexpected extra argument", "\n", Why::unknown},          // click
    {"Option '", "'", Why::value},                                  // click: "... does not take a value."
    {"nknown command line flag ", "\n", Why::unknown},              // absl, gflags
    {"Flags parsing error: flag ", ": ", Why::value},               // absl
    {"Could not consume arg: ", "\n", Why::unknown},                // fire
    {"not used by the HfArgumentParser: ", "\n", Why::unknown},     // transformers
    {"GetoptError: option ", " not recognized", Why::unknown},      // Python's getopt
    {"unrecognized option ", "\n", Why::unknown},                   // getopt_long
    {"unrecognised option ", "\n", Why::unknown},                   // Boost
    {"unrecognized option: ", "\n", Why::unknown},                  // busybox
    {"invalid option -- ", "\n", Why::unknown},                     // getopt
    {"illegal option -- ", "\n", Why::unknown},                     // getopts of shells
    {"nknown option: ", "\n", Why::unknown},                        // Perl's Getopt, and others
    {"Unknown option ", "\n", Why::unknown},                        // tcl, julia
    {"unknown option ", "\n", Why::unknown},                        // commander
    {"long flag ", " is invalid", Why::unknown},                    // R's optparse
    {"unknown flag: ", "\n", Why::unknown},                         // cobra
    {"flag provided but not defined: ", "\n", Why::unknown},        // Go
    {"unexpected argument ", " found", Why::unknown},               // clap
    {"Found argument ", " which", Why::unknown},                    // clap before 4
    {"following argument was not expected: ", "\n", Why::unknown},  // CLI11
    {"following arguments were not expected: ", "\n", Why::unknown},
}};

constexpr std::string_view between_words = " \t\r\"'`[](),/|";
constexpr std::size_t most_words = 200;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (words.size() < most_words) {
    const std::size_t start = text.find_first_not_of(between_words);
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    const std::size_t end = std::min(text.find_first_of(between_words), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

}  // namespace

std::optional<RefusedOption> find_refused_option(std::string_view text) {
  for (const Form& form : forms) {
    const std::size_t at = text.rfind(form.mark);
    if (at == std::string_view::npos) continue;
    std::string_view line = text.substr(at + form.mark.size());
    line = line.substr(0, line.find('\n'));
    auto words = words_of(line.substr(0, line.find(form.until)));
    if (!words.empty()) return RefusedOption{.why = form.why, .words = std::move(words)};
  }
  return std::nullopt;
}

}  // namespace sm_train

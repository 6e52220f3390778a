#include "sm_train/stages/job_plan.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/byte_size.hpp"
#include "sm_train/contract/command_line.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/contract/unicode.hpp"
#include "sm_train/contract/wrapped.hpp"
#include "sm_train/stages/shown_words.hpp"

namespace sm_train {

namespace {

/// A value of more than this is cut to so much, to leave room for its name.
constexpr std::size_t whole_value_bytes = 100;
constexpr std::size_t cut_value_characters = 40;

std::string section(std::string_view title, const std::string& lines) {
  return lines.empty() ? "" : fmt::format("{}:\n{}", title, lines);
}

std::string notes_text(const std::vector<std::string>& notes, const Secrets& secrets) {
  std::string text;
  for (const std::string& note : notes) text += wrapped(secrets.masked(note), 2);
  return text;
}

std::string configs_text(const std::vector<ConfigFile>& files) {
  std::string text;
  for (const ConfigFile& file : files) {
    text += "  " + plain_or_quoted(file.path);
    if (!file.is_there) text += ": absent";
    if (!file.note.empty()) text += (file.is_there ? ": " : ", ") + file.note;
    text += "\n";
  }
  return text;
}

std::string source_text(const SourcePlan& plan, const Secrets& secrets) {
  const std::string directory = plain_or_quoted(plan.directory);
  const std::string source = one_line(secrets.masked(plan.source));
  if (plan.origin == CodeOrigin::in_place) {
    const bool is_kept = !plan.source.empty() && plan.existing_code == ExistingCode::keep;
    return fmt::format("  {}, as it lies there\n{}", directory,
                       is_kept ? fmt::format("  {} is not fetched, as that is kept\n", source) : "");
  }
  const bool replaces = plan.existing_code == ExistingCode::replace;
  return fmt::format("  {}\n  into {}, {} what is there\n", source, directory,
                     replaces ? "in the place of" : "over");
}

std::string step_text(const InstallStep& step, const Secrets& secrets) {
  return fmt::format("  {}, in {}:\n    {}\n", one_line(step.what), plain_or_quoted(step.command.cwd),
                     command_line(step.command, secrets));
}

std::string install_text(const InstallPlan& plan, const Secrets& secrets) {
  if (!plan.rule.empty()) return wrapped(plan.rule, 2) + notes_text(plan.notes, secrets);
  std::string text;
  for (const InstallStep& step : plan.steps) text += step_text(step, secrets);
  text += notes_text(plan.notes, secrets);
  return text.empty() ? "  nothing\n" : text;
}

std::string program_text(const ProgramPlan& plan, const Secrets& secrets) {
  const Command command = {.argv = plan.argv, .env = {}, .cwd = plan.cwd};
  return fmt::format("  {}\n{}", command_line(command, secrets),
                     plan.cwd.empty() ? "" : fmt::format("  in {}\n", plain_or_quoted(plan.cwd)));
}

std::string value_text(const std::string& value) {
  if (value.size() <= whole_value_bytes) return readable_shell_word(value);
  return fmt::format("{}... ({})", readable_shell_word(clip_utf8(value, cut_value_characters)),
                     byte_size_text(value.size()));
}

std::string variables_text(const EnvVars& variables, const Secrets& secrets) {
  std::string text;
  for (const auto& [name, value] : variables)
    text += fmt::format("  {}={}\n", plain_or_quoted(name), value_text(shown_value(name, value, secrets)));
  return text;
}

using Hosts = std::vector<HostPlan>::const_iterator;

bool do_the_same(const HostPlan& a, const HostPlan& b) {
  return a.waits_for == b.waits_for && a.command.argv == b.command.argv && a.command.cwd == b.command.cwd;
}

std::string names(Hosts first, Hosts end) {
  const auto count = end - first;
  std::string name = plain_or_quoted(first->host);
  if (count == 1) return name;
  const std::string last = plain_or_quoted((end - 1)->host);
  return count == 2 ? fmt::format("{} and {}", name, last)
                    : fmt::format("{} to {} ({} hosts)", name, last, count);
}

std::string block(Hosts first, Hosts end, ShownWords& words) {
  const std::string hosts = names(first, end);
  if (!first->waits_for.empty())
    return fmt::format("  {}: {} for {}\n", hosts, end - first == 1 ? "waits" : "wait",
                       plain_or_quoted(first->waits_for));
  const std::string cwd = first->command.cwd;
  return fmt::format("  {}{}:\n    {}\n", hosts, cwd.empty() ? "" : ", in " + plain_or_quoted(cwd),
                     words.of(first->command.argv));
}

std::string hosts_text(const std::vector<HostPlan>& hosts, const Secrets& secrets) {
  ShownWords words(
      [&](std::string_view before, std::string_view word) { return shown_shell_word(before, word, secrets); },
      " ");
  std::string text;
  for (auto first = hosts.begin(); first != hosts.end();) {
    const auto end =
        std::find_if(first, hosts.end(), [&](const HostPlan& host) { return !do_the_same(*first, host); });
    text += block(first, end, words);
    first = end;
  }
  return text;
}

}  // namespace

std::string job_plan_text(const JobPlan& plan, const Secrets& secrets) {
  const std::vector<std::string> sections = {section("Configs", configs_text(plan.configs)),
                                             section("Code", source_text(plan.source, secrets)),
                                             section("Installation", install_text(plan.install, secrets)),
                                             section("Program", program_text(plan.program, secrets)),
                                             section("Hosts", hosts_text(plan.hosts, secrets)),
                                             section("Variables on " + plain_or_quoted(plan.program.host),
                                                     variables_text(plan.program.variables, secrets)),
                                             section("Notes", notes_text(plan.notes, secrets))};
  std::string text;
  for (const std::string& lines : sections)
    if (!lines.empty()) text.append(text.empty() ? "" : "\n").append(lines);
  return text;
}

}  // namespace sm_train

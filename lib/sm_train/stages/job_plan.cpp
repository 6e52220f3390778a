#include "sm_train/stages/job_plan.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/command_line.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/value.hpp"

namespace sm_train {

namespace {

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

/// The words of commands of hosts, one after the other, as they are shown. Masking a word takes time and the
/// commands are much alike, so what stands where it stood on the host before is not masked again.
class ShownWords {
 public:
  /// Shows a word that stands behind another one.
  using Show = std::function<std::string(std::string_view before, std::string_view word)>;

  ShownWords(Show show, std::string_view separator) : show_(std::move(show)), separator_(separator) {}

  /// `argv` must live until the next one is shown.
  std::string of(const std::vector<std::string>& argv) {
    shown_.resize(argv.size());
    for (std::size_t i = 0; i < argv.size(); ++i)
      if (!is_shown(argv, i)) shown_[i] = show_(i == 0 ? "" : argv[i - 1], argv[i]);
    last_ = argv;
    return fmt::format("{}", fmt::join(shown_, separator_));
  }

 private:
  bool is_shown(std::span<const std::string> argv, std::size_t at) const {
    // What stands before a word tells whether it is a secret.
    return at < last_.size() && last_[at] == argv[at] && (at == 0 || last_[at - 1] == argv[at - 1]);
  }

  Show show_;
  std::string_view separator_;
  std::span<const std::string> last_;
  std::vector<std::string> shown_;  // of last_
};

std::string block(Hosts first, Hosts end, ShownWords& words) {
  const std::string hosts = names(first, end);
  if (!first->waits_for.empty())
    return fmt::format("{}: {} for {}\n", hosts, end - first == 1 ? "waits" : "wait",
                       plain_or_quoted(first->waits_for));
  const std::string cwd = first->command.cwd;
  return fmt::format("{}{}:\n  {}\n", hosts, cwd.empty() ? "" : ", in " + plain_or_quoted(cwd),
                     words.of(first->command.argv));
}

std::string json(const HostPlan& plan, ShownWords& words) {
  std::string text = fmt::format(R"({{"host": {}, )", python_json(plan.host));
  if (!plan.waits_for.empty()) return text + fmt::format(R"("waits_for": {}}})", python_json(plan.waits_for));
  text += fmt::format(R"("command": [{}])", words.of(plan.command.argv));
  if (!plan.command.cwd.empty())
    text += fmt::format(R"(, "cwd": {})", python_json(os_text(plan.command.cwd.native())));
  return text + "}";
}

}  // namespace

std::string job_plan_text(const JobPlan& plan, const Secrets& secrets) {
  ShownWords words(
      [&](std::string_view before, std::string_view word) { return shown_shell_word(before, word, secrets); },
      " ");
  std::string text;
  for (auto first = plan.hosts.begin(); first != plan.hosts.end();) {
    const auto end = std::find_if(first, plan.hosts.end(),
                                  [&](const HostPlan& host) { return !do_the_same(*first, host); });
    text += block(first, end, words);
    first = end;
  }
  for (const std::string& note : plan.notes) text += fmt::format("note: {}\n", secrets.masked(note));
  return text;
}

std::string job_plan_json(const JobPlan& plan, const Secrets& secrets) {
  ShownWords words(
      [&](std::string_view before, std::string_view word) {
        return python_json(os_text(shown_word(before, word, secrets)));
      },
      ", ");
  // A Value of all the words would take longer than all else.
  std::string hosts;
  for (const HostPlan& host : plan.hosts) hosts.append(hosts.empty() ? "" : ", ").append(json(host, words));
  List notes;
  for (const std::string& note : plan.notes) notes.emplace_back(secrets.masked(note));
  return fmt::format(R"({{"distribution": {}, "hosts": [{}]{}}})",
                     python_json(distribution_name(plan.distribution)), hosts,
                     notes.empty() ? "" : R"(, "notes": )" + python_json_in_order(notes)) +
         "\n";
}

}  // namespace sm_train

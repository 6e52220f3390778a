#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/command_line.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/value.hpp"
#include "sm_train/stages/job_plan.hpp"
#include "sm_train/stages/shown_words.hpp"

namespace sm_train {

namespace {

const char* name_of(CodeOrigin origin) {
  switch (origin) {
    case CodeOrigin::directory:
      return "directory";
    case CodeOrigin::file:
      return "file";
    case CodeOrigin::s3:
      return "s3";
    case CodeOrigin::in_place:
      break;
  }
  return "in_place";
}

const char* name_of(ExistingCode existing) {
  if (existing == ExistingCode::keep) return "keep";
  return existing == ExistingCode::replace ? "replace" : "overlay";
}

Value texts(const std::vector<std::string>& clauses, const Secrets& secrets) {
  List list;
  for (const std::string& clause : clauses) list.emplace_back(os_text(secrets.masked(clause)));
  return list;
}

Value words(const std::vector<std::string>& argv, const Secrets& secrets) {
  List list;
  std::string_view before;
  for (const std::string& word : argv) {
    list.emplace_back(os_text(shown_word(before, word, secrets)));
    before = word;
  }
  return list;
}

Value configs(const std::vector<ConfigFile>& files) {
  List list;
  for (const ConfigFile& file : files) {
    Dict shown;
    shown.set("path", os_text(file.path));
    shown.set("found", file.is_there);
    if (!file.note.empty()) shown.set("note", file.note);
    list.emplace_back(std::move(shown));
  }
  return list;
}

Value source(const SourcePlan& plan, const Secrets& secrets) {
  Dict shown;
  shown.set("kind", name_of(plan.origin));
  if (!plan.source.empty()) shown.set("uri", os_text(secrets.masked(plan.source)));
  shown.set("directory", os_text(plan.directory.native()));
  shown.set("existing_code", name_of(plan.existing_code));
  return shown;
}

Value install(const InstallPlan& plan, const Secrets& secrets) {
  List steps;
  for (const InstallStep& step : plan.steps) {
    Dict shown;
    shown.set("what", os_text(step.what));
    shown.set("command", words(step.command.argv, secrets));
    shown.set("cwd", os_text(step.command.cwd.native()));
    steps.emplace_back(std::move(shown));
  }
  Dict shown;
  if (!plan.rule.empty()) shown.set("rule", plan.rule);
  shown.set("steps", std::move(steps));
  if (!plan.notes.empty()) shown.set("notes", texts(plan.notes, secrets));
  return shown;
}

Value program(const ProgramPlan& plan, const Secrets& secrets) {
  std::vector<Dict::Item> variables;
  for (const auto& [name, value] : plan.variables)
    variables.emplace_back(os_text(name), os_text(shown_value(name, value, secrets)));
  Dict shown;
  shown.set("host", plan.host);
  shown.set("argv", words(plan.argv, secrets));
  if (!plan.cwd.empty()) shown.set("cwd", os_text(plan.cwd.native()));
  shown.set("variables", Dict(std::move(variables)));
  return shown;
}

std::string host_json(const HostPlan& plan, ShownWords& words) {
  std::string text = fmt::format(R"({{"host": {}, )", python_json(plan.host));
  if (!plan.waits_for.empty()) return text + fmt::format(R"("waits_for": {}}})", python_json(plan.waits_for));
  text += fmt::format(R"("command": [{}])", words.of(plan.command.argv));
  if (!plan.command.cwd.empty())
    text += fmt::format(R"(, "cwd": {})", python_json(os_text(plan.command.cwd.native())));
  return text + "}";
}

/// A Value of all the words would take longer than all else.
std::string hosts_json(const std::vector<HostPlan>& hosts, const Secrets& secrets) {
  ShownWords words(
      [&](std::string_view before, std::string_view word) {
        return python_json(os_text(shown_word(before, word, secrets)));
      },
      ", ");
  std::string text;
  for (const HostPlan& host : hosts) text.append(text.empty() ? "" : ", ").append(host_json(host, words));
  return text;
}

}  // namespace

std::string job_plan_json(const JobPlan& plan, const Secrets& secrets) {
  const auto json = [](const Value& value) { return python_json_in_order(value); };
  std::string text = fmt::format(
      R"({{"configs": {}, "source": {}, "install": {}, "program": {}, "distribution": {}, "hosts": [{}])",
      json(configs(plan.configs)), json(source(plan.source, secrets)), json(install(plan.install, secrets)),
      json(program(plan.program, secrets)), json(distribution_name(plan.distribution)),
      hosts_json(plan.hosts, secrets));
  if (!plan.notes.empty()) text += R"(, "notes": )" + json(texts(plan.notes, secrets));
  return text + "}\n";
}

}  // namespace sm_train

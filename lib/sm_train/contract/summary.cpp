#include "sm_train/contract/summary.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "sm_train/contract/command_line.hpp"
#include "sm_train/contract/one_line.hpp"

namespace sm_train {

namespace {

std::string counted(std::size_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// What the process may use can be less than what is online, and the program's threads should know.
std::string cpus(const Machine& machine) {
  std::string text = counted(static_cast<std::size_t>(machine.num_cpus), "CPU");
  if (machine.affinity_cpus != machine.num_cpus) text += fmt::format(" (affinity {})", machine.affinity_cpus);
  if (machine.quota_cpus > 0) text += fmt::format(" (quota {:.3g})", machine.quota_cpus);
  return text;
}

/// As the platform names it, else as the one who submitted it does.
std::string job(const Environment& e) {
  const std::string name = one_line(e.job_name.value_or(e.sagemaker_job_name));
  return name.empty() ? "" : "job " + name + ", ";
}

std::string host(const Environment& e) {
  constexpr std::size_t most_names = 8;
  const auto own = std::find(e.hosts.begin(), e.hosts.end(), e.current_host);
  std::vector<std::string> names(
      e.hosts.begin(), e.hosts.begin() + static_cast<std::ptrdiff_t>(std::min(e.hosts.size(), most_names)));
  if (names.size() < e.hosts.size()) names.emplace_back("...");
  std::string text = fmt::format("host {} ({}", e.current_host, e.current_instance_type);
  if (e.hosts.size() > 1)
    text += fmt::format(", {} of {}: {}", own - e.hosts.begin() + 1, e.hosts.size(), fmt::join(names, ", "));
  return text + ")";
}

std::string devices(const Machine& machine) {
  std::vector<std::string> each = {cpus(machine), counted(static_cast<std::size_t>(machine.num_gpus), "GPU")};
  if (machine.num_neurons > 0)
    each.push_back(counted(static_cast<std::size_t>(machine.num_neurons), "Neuron core"));
  return fmt::format("{}", fmt::join(each, ", "));
}

std::string channels(const Environment& e) {
  std::vector<std::string> names;
  for (const auto& [channel, directory] : e.channel_input_dirs) names.push_back(channel);
  return names.empty() ? "no channels" : fmt::format("channels {}", fmt::join(names, ", "));
}

}  // namespace

std::vector<std::string> summary(const SummaryInput& input) {
  const Environment& e = input.environment;
  return {job(e) + host(e), fmt::format("with {}; {}", devices(e.machine), channels(e)),
          "code from " + one_line(input.code), "ready in " + timings_text(input.timings),
          "running " + command_line(input.program, input.secrets)};
}

}  // namespace sm_train

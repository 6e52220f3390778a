#include "sm_train/contract/summary.hpp"

#include <vector>

#include <fmt/format.h>

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

}  // namespace

std::string summary(const Environment& e) {
  std::vector<std::string> devices = {cpus(e.machine),
                                      counted(static_cast<std::size_t>(e.machine.num_gpus), "GPU")};
  if (e.machine.num_neurons > 0)
    devices.push_back(counted(static_cast<std::size_t>(e.machine.num_neurons), "Neuron core"));
  std::vector<std::string> channels;
  for (const auto& [channel, directory] : e.channel_input_dirs) channels.push_back(channel);
  return fmt::format(
      "running {}{} on {} of {}, with {}; {}", e.user_entry_point, e.job_name ? " of job " + *e.job_name : "",
      e.current_host, counted(e.hosts.size(), "host"), fmt::join(devices, ", "),
      channels.empty() ? "no channels" : fmt::format("channels {}", fmt::join(channels, ", ")));
}

}  // namespace sm_train

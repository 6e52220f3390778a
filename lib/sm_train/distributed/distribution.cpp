#include "sm_train/distributed/distribution.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/list_some.hpp"
#include "sm_train/contract/python_text.hpp"

namespace sm_train {

namespace {

constexpr std::array<std::pair<std::string_view, Distribution>, 5> switches = {{
    {"sagemaker_mpi_enabled", Distribution::mpi},
    {"sagemaker_torch_distributed_enabled", Distribution::torchrun},
    {"sagemaker_pytorch_ddp_enabled", Distribution::torchrun},
    {"sagemaker_pytorch_xla_multi_worker_enabled", Distribution::xla},
    {"sagemaker_distributed_dataparallel_enabled", Distribution::smddp},
}};

Distribution distribution_of_job(const Environment& environment) {
  std::pair<std::string_view, Distribution> chosen = {"", Distribution::none};
  for (const auto& each : switches) {
    if (!is_on(environment, each.first)) continue;
    if (chosen.second != Distribution::none && chosen.second != each.second)
      throw Error({.cause = Cause::bad_config,
                   .what = fmt::format("The job wants both {} and {}.", chosen.first, each.first),
                   .remedy = "Turn one of them off, or name the engine with --distribution."});
    chosen = each;
  }
  return chosen.second;
}

/// It would train by itself, and the others wait for it.
void require_in_hosts(const Environment& environment) {
  const auto& hosts = environment.hosts;
  if (std::find(hosts.begin(), hosts.end(), environment.current_host) != hosts.end()) return;
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("This host, {}, is none of the job's: {}.", environment.current_host,
                                   list_some(hosts)),
               .remedy = "Correct current_host or hosts of resourceconfig.json."});
}

}  // namespace

bool takes_part(const Environment& environment) {
  const auto& hosts = environment.distribution_hosts;
  return hosts.empty() || std::find(hosts.begin(), hosts.end(), environment.current_host) != hosts.end();
}

bool is_on(const Environment& environment, std::string_view name) {
  const Value* value = environment.additional_framework_parameters.find(name);
  return value != nullptr && is_true(*value);
}

std::string distribution_name(Distribution distribution) {
  switch (distribution) {
    case Distribution::none:
      return "none";
    case Distribution::mpi:
      return "mpi";
    case Distribution::torchrun:
      return "torchrun";
    case Distribution::xla:
      return "xla";
    case Distribution::smddp:
      return "smddp";
  }
  return "";
}

Distribution choose_distribution(const Environment& environment, const std::optional<Distribution>& wanted) {
  const Distribution distribution = wanted ? *wanted : distribution_of_job(environment);
  if (distribution == Distribution::none) return distribution;
  require_in_hosts(environment);
  return takes_part(environment) ? distribution : Distribution::none;
}

std::string framework_text(const Environment& environment, const std::string& name) {
  const Value* value = environment.additional_framework_parameters.find(name);
  return value == nullptr ? "" : python_str(*value);
}

int framework_count(const Environment& environment, const std::string& name) {
  const std::string text = framework_text(environment, name);
  if (text.empty()) return 0;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number > 0) return number;
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("{} is \"{}\", expected a whole number from 1 on.", name, text),
               .remedy = "Correct the hyperparameter."});
}

}  // namespace sm_train

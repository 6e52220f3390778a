#include "sm_train/distributed/tf_config.hpp"

#include <cstddef>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/distributed/cluster.hpp"
#include "sm_train/distributed/distribution.hpp"

namespace sm_train {

namespace {

constexpr const char* mirrored_switch = "sagemaker_multi_worker_mirrored_strategy_enabled";
constexpr const char* parameter_server_switch = "sagemaker_parameter_server_enabled";

constexpr int mirrored_port = 8890;
constexpr int worker_port = 2222;
constexpr int parameter_server_port = 2223;

std::vector<std::string> addresses(const std::vector<std::string>& hosts, int port, std::size_t first = 0) {
  std::vector<std::string> list;
  for (std::size_t i = first; i < hosts.size(); ++i) list.push_back(fmt::format("{}:{}", hosts[i], port));
  return list;
}

std::string config_of(Dict tasks, const char* type, int index) {
  return python_json(Dict({{"cluster", std::move(tasks)},
                           {"environment", "cloud"},
                           {"task", Dict({{"index", index}, {"type", type}})}}));
}

std::string mirrored_config(const Cluster& cluster) {
  return config_of(Dict({{"worker", addresses(cluster.hosts, mirrored_port)}}), "worker", cluster.rank());
}

std::string parameter_server_config(const Cluster& cluster) {
  const int rank = cluster.rank();
  const auto& hosts = cluster.hosts;
  Dict tasks({{"chief", addresses({hosts.front()}, worker_port)}});
  if (hosts.size() > 1) {
    tasks.set("ps", addresses(hosts, parameter_server_port));
    tasks.set("worker", addresses(hosts, worker_port, 1));
  }
  return rank == 0 ? config_of(std::move(tasks), "chief", 0)
                   : config_of(std::move(tasks), "worker", rank - 1);
}

}  // namespace

std::optional<std::string> tf_config(const Environment& environment) {
  const bool is_mirrored = is_on(environment, mirrored_switch);
  const bool has_parameter_servers = is_on(environment, parameter_server_switch);
  if (!takes_part(environment) || (!is_mirrored && !has_parameter_servers)) return std::nullopt;
  if (is_mirrored && has_parameter_servers)
    throw Error(
        {.cause = Cause::bad_config,
         .what = fmt::format("The job wants both {} and {}.", mirrored_switch, parameter_server_switch),
         .remedy = "Turn one of them off."});
  const Cluster cluster = cluster_of(environment);
  return is_mirrored ? mirrored_config(cluster) : parameter_server_config(cluster);
}

}  // namespace sm_train

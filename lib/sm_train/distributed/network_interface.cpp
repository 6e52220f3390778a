#include "sm_train/distributed/network_interface.hpp"

#include <algorithm>

namespace sm_train {

namespace {

template <typename Condition>
const NetworkInterface* find(const std::vector<NetworkInterface>& interfaces, Condition is_it) {
  const auto found = std::find_if(interfaces.begin(), interfaces.end(), is_it);
  return found == interfaces.end() ? nullptr : &*found;
}

}  // namespace

std::string choose_network_interface(const std::string& configured,
                                     const std::vector<NetworkInterface>& interfaces,
                                     const std::vector<std::string>& addresses) {
  const auto is_configured = [&](const auto& each) { return each.name == configured; };
  const auto holds_address = [&](const auto& each) {
    return std::find_first_of(addresses.begin(), addresses.end(), each.addresses.begin(),
                              each.addresses.end()) != addresses.end();
  };
  const auto is_usable = [](const auto& each) { return each.is_up && !each.is_loopback; };
  const NetworkInterface* chosen = find(interfaces, is_configured);
  if (chosen == nullptr) chosen = find(interfaces, holds_address);
  if (chosen == nullptr) chosen = find(interfaces, is_usable);
  return chosen == nullptr ? "lo" : chosen->name;
}

}  // namespace sm_train

#pragma once

#include <string>
#include <vector>

#include "sm_train/system/network_interfaces.hpp"

namespace sm_train {

/// The interface through which this host and the others see each other: `configured` where it exists, else
/// the one that holds one of `addresses`, those of this host's name; else the first one that is up and no
/// loopback, else "lo".
std::string choose_network_interface(const std::string& configured,
                                     const std::vector<NetworkInterface>& interfaces,
                                     const std::vector<std::string>& addresses);

}  // namespace sm_train

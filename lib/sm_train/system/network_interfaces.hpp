#pragma once

#include <string>
#include <vector>

namespace sm_train {

/// A network interface of this machine (of its network namespace).
struct NetworkInterface {
  std::string name;  ///< "eth0"
  bool is_up = false;
  bool is_loopback = false;
  std::vector<std::string> addresses;  ///< IPv4 and IPv6, as text without a scope: "10.0.0.1", "fe80::1"
};

/// In the kernel's order; none where they cannot be listed.
std::vector<NetworkInterface> network_interfaces();

/// The addresses that a host's name resolves to now, as those of an interface are written; none where it does
/// not. It may take its time: see getaddrinfo(3).
std::vector<std::string> addresses_of(const std::string& host);

}  // namespace sm_train

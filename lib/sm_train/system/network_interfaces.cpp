#include "sm_train/system/network_interfaces.hpp"

#include <algorithm>
#include <array>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string_view>
#include <sys/socket.h>
#include <utility>

namespace sm_train {

namespace {

/// Of an IPv4 or IPv6 address; "" for another one.
std::string address_text(const sockaddr* address) {
  if (address == nullptr) return "";
  const int family = address->sa_family;
  if (family != AF_INET && family != AF_INET6) return "";
  const socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) return "";
  const std::string_view whole = text.data();
  return std::string(whole.substr(0, whole.find('%')));
}

NetworkInterface& find_or_add(std::vector<NetworkInterface>& interfaces, const ifaddrs& entry) {
  const auto found = std::find_if(interfaces.begin(), interfaces.end(),
                                  [&](const auto& each) { return each.name == entry.ifa_name; });
  if (found != interfaces.end()) return *found;
  interfaces.push_back({.name = entry.ifa_name,
                        .is_up = (entry.ifa_flags & IFF_UP) != 0,
                        .is_loopback = (entry.ifa_flags & IFF_LOOPBACK) != 0,
                        .addresses = {}});
  return interfaces.back();
}

}  // namespace

std::vector<NetworkInterface> network_interfaces() {
  std::vector<NetworkInterface> interfaces;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return interfaces;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    NetworkInterface& interface = find_or_add(interfaces, *entry);
    if (std::string address = address_text(entry->ifa_addr); !address.empty())
      interface.addresses.push_back(std::move(address));
  }
  return interfaces;
}

std::vector<std::string> addresses_of(const std::string& host) {
  std::vector<std::string> addresses;
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return addresses;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, ::freeaddrinfo);
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next)
    if (std::string address = address_text(entry->ai_addr); !address.empty())
      addresses.push_back(std::move(address));
  return addresses;
}

}  // namespace sm_train

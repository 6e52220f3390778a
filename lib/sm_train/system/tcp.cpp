#include "sm_train/system/tcp.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

constexpr int most_waiting = 1024;

Addresses addresses_of(const std::string& host, const std::string& port) {
  addrinfo wanted = {};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &wanted, &found) != 0) {
    found = nullptr;
    errno = EHOSTUNREACH;
  }
  return {found, &freeaddrinfo};
}

void set_option(const UniqueFd& socket, int level, int name, int value) {
  setsockopt(socket.get(), level, name, &value, sizeof value);
}

void end_when_other_side_is_gone(const UniqueFd& socket) {
  constexpr int silence_s = 3;
  constexpr int probes = 3;
  constexpr int limit_ms = 1000 * silence_s * (probes + 1);
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, silence_s);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, silence_s);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, probes);
  set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, limit_ms);
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
}

bool wait_until_connected(const UniqueFd& socket, std::chrono::milliseconds limit,
                          const Interrupt& interrupt) {
  const auto end = std::chrono::steady_clock::now() + limit;
  std::array<pollfd, 2> wanted = {pollfd{.fd = socket.get(), .events = POLLOUT, .revents = 0},
                                  pollfd{.fd = interrupt.fd, .events = POLLIN, .revents = 0}};
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0) {
      errno = ETIMEDOUT;
      return false;
    }
    if (poll(wanted.data(), wanted.size(), static_cast<int>(left)) < 0 && errno != EINTR) return false;
    if (wanted[1].revents != 0) interrupt.check();
    if (wanted[0].revents == 0) continue;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    errno = error;
    return error == 0;
  }
}

std::optional<UniqueFd> listen_on(int family, std::uint16_t port) {
  UniqueFd socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return std::nullopt;
  set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
  sockaddr_storage address = {};
  socklen_t size = sizeof(sockaddr_in);
  if (family == AF_INET6) {
    set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    sockaddr_in6 any = {};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(port);
    size = sizeof any;
    std::memcpy(&address, &any, size);
  } else {
    sockaddr_in any = {};
    any.sin_family = AF_INET;
    any.sin_port = htons(port);
    std::memcpy(&address, &any, size);
  }
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      listen(socket.get(), most_waiting) != 0)
    return std::nullopt;
  return socket;
}

/// IPv4 addresses also come as IPv6 ones that stand for them.
std::array<unsigned char, 16> as_ipv6(const sockaddr* address) {
  std::array<unsigned char, 16> bytes = {};
  if (address->sa_family == AF_INET6) {
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, bytes.size());
  } else {
    constexpr std::size_t prefix = 12;
    bytes[prefix - 1] = bytes[prefix - 2] = 0xFF;
    std::memcpy(bytes.data() + prefix, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr,
                bytes.size() - prefix);
  }
  return bytes;
}

}  // namespace

std::optional<UniqueFd> connect_tcp(const std::string& host, std::uint16_t port,
                                    std::chrono::milliseconds limit, const Interrupt& interrupt) {
  const Addresses addresses = addresses_of(host, std::to_string(port));
  for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) {
    UniqueFd socket(::socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) continue;
    if (connect(socket.get(), each->ai_addr, each->ai_addrlen) != 0 &&
        (errno != EINPROGRESS || !wait_until_connected(socket, limit, interrupt)))
      continue;
    end_when_other_side_is_gone(socket);
    return socket;
  }
  return std::nullopt;
}

UniqueFd listen_tcp(std::uint16_t port) {
  // Where IPv6 is turned off there is IPv4 alone.
  for (const int family : {AF_INET6, AF_INET})
    if (auto socket = listen_on(family, port)) return *std::move(socket);
  throw Error({.cause = Cause::unavailable,
               .what = fmt::format("Port {} cannot be listened on: {}.", port,
                                   std::generic_category().message(errno)),
               .remedy = "Name a free port with --hosts-port, the same on all hosts."});
}

std::uint16_t port_of(const UniqueFd& socket) {
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

std::optional<UniqueFd> accept_tcp(const UniqueFd& listener) {
  UniqueFd connection(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!connection) return std::nullopt;
  end_when_other_side_is_gone(connection);
  return connection;
}

bool comes_from(const UniqueFd& connection, const std::string& host) {
  sockaddr_storage other = {};
  socklen_t size = sizeof other;
  const auto* address = reinterpret_cast<const sockaddr*>(&other);
  if (getpeername(connection.get(), reinterpret_cast<sockaddr*>(&other), &size) != 0) return false;
  const Addresses addresses = addresses_of(host, "0");
  for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next)
    if (as_ipv6(each->ai_addr) == as_ipv6(address)) return true;
  return false;
}

}  // namespace sm_train

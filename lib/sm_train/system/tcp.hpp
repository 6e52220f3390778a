#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

// The connections end within seconds also where the other side is gone without a word: they fail then with
// ETIMEDOUT.

/// A connection to one of the host's addresses; nothing where none of them takes it within `limit`, and
/// errno says why. Throws what interrupt.check throws.
std::optional<UniqueFd> connect_tcp(const std::string& host, std::uint16_t port,
                                    std::chrono::milliseconds limit, const Interrupt& interrupt = {});

/// Takes connections on all addresses of this host; port 0: one that is free. Throws Error{unavailable} that
/// names the port.
UniqueFd listen_tcp(std::uint16_t port);

std::uint16_t port_of(const UniqueFd& socket);

/// The next connection that waits to be taken; nothing where there is none.
std::optional<UniqueFd> accept_tcp(const UniqueFd& listener);

/// Whether the other side's address is one that `host` resolves to.
bool comes_from(const UniqueFd& connection, const std::string& host);

}  // namespace sm_train

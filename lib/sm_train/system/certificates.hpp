#pragma once

#include <filesystem>
#include <optional>

namespace sm_train {

/// The PEM file of the CA certificates that the image trusts, where its distribution keeps it: Debian and
/// Alpine, Fedora and Amazon Linux, SUSE. Nothing where none of them is there.
std::optional<std::filesystem::path> find_ca_certificates(const std::filesystem::path& root = "/");

}  // namespace sm_train

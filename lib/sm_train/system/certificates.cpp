#include "sm_train/system/certificates.hpp"

#include <array>
#include <system_error>

namespace sm_train {

std::optional<std::filesystem::path> find_ca_certificates(const std::filesystem::path& root) {
  constexpr std::array places = {
      "etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine, Arch
      "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
      "etc/pki/tls/certs/ca-bundle.crt",                   // Amazon Linux, CentOS
      "etc/ssl/ca-bundle.pem",                             // SUSE
      "etc/ssl/cert.pem",                                  // Alpine's base, the BSDs
  };
  for (const char* place : places) {
    std::error_code unknown;
    if (const auto path = root / place; std::filesystem::is_regular_file(path, unknown)) return path;
  }
  return std::nullopt;
}

}  // namespace sm_train

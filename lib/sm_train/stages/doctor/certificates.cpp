#include "sm_train/stages/doctor/certificates.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "sm_train/contract/one_line.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/process_env.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr std::size_t max_bundle = std::size_t{64} << 20U;

std::size_t count_certificates(const std::string& file) {
  std::size_t count = 0;
  const std::string text = read_file(file, max_bundle);
  for (const std::string_view begin : {"-----BEGIN CERTIFICATE-----", "-----BEGIN TRUSTED CERTIFICATE-----"})
    for (auto place = text.find(begin); place != std::string::npos; place = text.find(begin, place + 1))
      ++count;
  return count;
}

bool holds_files(const std::string& directory) {
  std::error_code error;
  return !directory.empty() && fs::directory_iterator(directory, error) != fs::directory_iterator() && !error;
}

}  // namespace

Finding check_certificates(const EnvVars& env, const CaCertificates& usual, bool is_needed) {
  std::string file = usual.file;
  std::string setting;
  for (const char* name : {"SSL_CERT_FILE", "AWS_CA_BUNDLE"}) {
    if (env_var(env, name).empty()) continue;
    file = env_var(env, name);
    setting = fmt::format(" ({})", name);
  }
  const std::string shown = plain_or_quoted(file) + setting;
  std::string fault = "There is no file of them";
  try {
    const std::size_t count = file.empty() ? 0 : count_certificates(file);
    if (count > 0) return passed(fmt::format("{} holds {} certificates.", shown, count));
    if (!file.empty()) fault = fmt::format("{} holds no certificate", shown);
  } catch (const Error& error) {
    fault = error.failure().what + setting;
  }
  if (setting.empty() && holds_files(usual.directory))
    return passed(fmt::format("The certificates are those of {}.", plain_or_quoted(usual.directory)));
  const std::string remedy =
      "Install the image's CA certificates (the package ca-certificates), or name a PEM file in "
      "AWS_CA_BUNDLE.";
  if (fault.ends_with('.')) fault.pop_back();
  return is_needed ? failed(fault + ".", remedy) : warning(fault + ".", remedy);
}

}  // namespace sm_train

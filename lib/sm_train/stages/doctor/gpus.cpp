#include "sm_train/stages/doctor/gpus.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "sm_train/contract/one_line.hpp"
#include "sm_train/system/capture.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/json.hpp"
#include "sm_train/system/machine.hpp"
#include "sm_train/system/process_env.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr std::chrono::seconds tool_limit{8};
constexpr const char* cuda_version_file = "/usr/local/cuda/version.json";

std::string text_of(const CudaVersion& version) {
  return fmt::format("{}.{}", version.major, version.minor);
}

/// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023", and with the
/// open module "... Open Kernel Module for x86_64  550.54.15  Release Build ...": the first word that is one.
std::string read_kernel_module() {
  std::ifstream file("/proc/driver/nvidia/version");
  const auto is_part = [](unsigned char c) { return std::isdigit(c) != 0 || c == '.'; };
  for (std::string word; file >> word;)
    if (word.find('.') != std::string::npos && std::ranges::all_of(word, is_part)) return word;
  return "";
}

void read_image(GpuFacts& facts, const EnvVars& env) try {
  facts.of_image_source = "CUDA_VERSION";
  if (const auto version = parse_cuda_version(env_var(env, "CUDA_VERSION"))) {
    facts.of_image = *version;
    return;
  }
  facts.of_image_source = cuda_version_file;
  const auto file = try_parse_json(read_file(cuda_version_file, 1 << 20U), cuda_version_file);
  const Value* cuda = file && file->dict() ? file->dict()->find("cuda") : nullptr;
  const Value* version = cuda && cuda->dict() ? cuda->dict()->find("version") : nullptr;
  if (version && version->text())
    facts.of_image = parse_cuda_version(*version->text()).value_or(CudaVersion());
} catch (const Error&) {
  // An image without CUDA has no such file.
}

CudaVersion ask_nvidia_smi(const EnvVars& env, const Interrupt& interrupt) {
  constexpr std::string_view label = "CUDA Version: ";
  const auto said = capture_output({.argv = {"nvidia-smi"}, .env = env, .cwd = {}}, tool_limit, interrupt);
  const auto place = said ? said->find(label) : std::string::npos;
  if (place == std::string::npos) return {};
  return parse_cuda_version(std::string_view(*said).substr(place + label.size())).value_or(CudaVersion());
}

bool begins_with_digit(std::string_view text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0;
}

/// Source: https://aws.amazon.com/sagemaker/pricing/, accelerated computing
bool has_gpus(std::string_view instance_type) {
  for (const std::string_view family : {"ml.p", "ml.gr", "ml.g"})
    if (instance_type.starts_with(family) && begins_with_digit(instance_type.substr(family.size())))
      return true;
  return instance_type == "local_gpu";
}

bool has_neuron_devices(std::string_view instance_type) {
  return instance_type.starts_with("ml.trn") || instance_type.starts_with("ml.inf");
}

struct DriverError {
  int status;
  const char* meaning;
  const char* remedy;
};

constexpr const char* give_gpus =
    "Give the container the GPUs (docker run --gpus all, with the NVIDIA Container Toolkit on the host), and "
    "leave NVIDIA_VISIBLE_DEVICES and CUDA_VISIBLE_DEVICES as they are set for it.";

/// Source: CUDA Driver API, CUresult
constexpr std::array driver_errors = {
    DriverError{100, "there is no device", give_gpus},
    DriverError{802, "the system is not ready", "Start nvidia-fabricmanager on the host."},
    DriverError{
        803, "the driver's library is of another version than its kernel module",
        "Take the driver's libraries (libcuda.so.1, libnvidia-*) out of the image: the host's are mounted."},
    DriverError{804, "the library for forward compatibility does not support this GPU",
                "Take /usr/local/cuda/compat out of LD_LIBRARY_PATH."}};

DriverError error_of(int status) {
  for (const DriverError& known : driver_errors)
    if (known.status == status) return known;
  return {.status = status, .meaning = "its library cannot start", .remedy = give_gpus};
}

Finding check_versions(const GpuFacts& facts, const std::string& count, const CudaVersion& of_driver) {
  const std::string driver = facts.kernel_module.empty() ? "driver" : "driver " + facts.kernel_module;
  if (of_driver == CudaVersion()) return passed(fmt::format("{}.", count));
  const std::string supports =
      fmt::format("{}; the {} supports CUDA up to {}", count, driver, text_of(of_driver));
  if (facts.of_image == CudaVersion()) return passed(supports + ".");
  const std::string what =
      fmt::format("{}, and the image has {} ({}).", supports, text_of(facts.of_image), facts.of_image_source);
  if (facts.of_image.major > of_driver.major)
    return failed(what, fmt::format("Use an image with CUDA {} or older, or a host with a newer driver; on "
                                    "data center GPUs /usr/local/cuda/compat in LD_LIBRARY_PATH, where the "
                                    "image has it, does too.",
                                    text_of(of_driver)));
  if (facts.of_image > of_driver)
    return warning(what,
                   "Programs run by CUDA's minor version compatibility, but those whose kernels are "
                   "compiled while they run (PTX) fail; use an image with an older CUDA, or a newer driver.");
  return passed(what);
}

/// What is missing is a fault only where it should be there.
Finding check_missing(const GpuFacts& facts) {
  const bool is_hidden = facts.visible && (facts.visible->empty() || *facts.visible == "-1");
  const bool is_driver_broken = facts.driver && facts.driver->status != 0 && facts.driver->status != 100;
  const DriverError error = error_of(facts.driver ? facts.driver->status : 100);
  std::string what = "There is no GPU";
  if (is_driver_broken)
    what = fmt::format("CUDA's driver fails with {}: {}", error.status, error.meaning);
  else if (is_hidden)
    what = fmt::format("CUDA_VISIBLE_DEVICES=\"{}\" hides all GPUs", *facts.visible);
  else if (!facts.kernel_module.empty())
    what =
        fmt::format("The host has the NVIDIA driver {}, and this container sees no GPU", facts.kernel_module);
  if (has_gpus(facts.instance_type))
    return failed(fmt::format("{}; {} should have some.", what, one_line(facts.instance_type)), error.remedy);
  if (is_driver_broken || (!facts.kernel_module.empty() && !is_hidden))
    return warning(what + ".", error.remedy);
  if (facts.of_image != CudaVersion())
    what += fmt::format("; the image has CUDA {} ({})", text_of(facts.of_image), facts.of_image_source);
  return passed(what + ".");
}

}  // namespace

std::optional<CudaVersion> parse_cuda_version(std::string_view text) {
  CudaVersion version;
  const char* end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return std::nullopt;
  if (std::from_chars(major.ptr + 1, end, version.minor).ec != std::errc()) return std::nullopt;
  return version;
}

GpuFacts gpu_facts(const std::string& instance_type, const EnvVars& env, const Interrupt& interrupt) {
  GpuFacts facts = {
      .instance_type = instance_type, .driver = look_at_cuda_driver(), .kernel_module = read_kernel_module()};
  std::error_code ignored;
  facts.has_neuron_device = fs::exists("/dev/neuron0", ignored);
  read_image(facts, env);
  if (const auto visible = env.find("CUDA_VISIBLE_DEVICES"); visible != env.end())
    facts.visible = visible->second;
  if (facts.driver && facts.driver->status == 0) return facts;
  facts.listed = get_available_gpus(env, interrupt);
  if (facts.listed > 0) facts.listed_version = ask_nvidia_smi(env, interrupt);
  return facts;
}

Finding check_gpus(const GpuFacts& facts) {
  if (has_neuron_devices(facts.instance_type))
    return facts.has_neuron_device
               ? passed(fmt::format("{} has its Neuron devices.", one_line(facts.instance_type)))
               : failed(fmt::format("There is no /dev/neuron0; {} should have it.",
                                    one_line(facts.instance_type)),
                        "Give the container the devices (docker run --device=/dev/neuron0 ...).");
  const auto counted = [](int count) { return fmt::format("{} {}", count, count == 1 ? "GPU" : "GPUs"); };
  const bool is_working = facts.driver && facts.driver->status == 0 && facts.driver->devices > 0;
  if (is_working)
    return check_versions(facts, counted(facts.driver->devices),
                          {facts.driver->version / 1000, facts.driver->version % 1000 / 10});
  // A library that is there and fails is what programs will meet.
  if (facts.listed > 0 && !facts.driver)
    return check_versions(facts, counted(facts.listed) + " by nvidia-smi", facts.listed_version);
  return check_missing(facts);
}

}  // namespace sm_train

#include "sm_train/aws/instance_metadata.hpp"

#include <chrono>
#include <strings.h>

#include "sm_train/aws/host_label.hpp"

namespace sm_train {

namespace {

std::string base_url(const EnvVars& env) {
  auto url = env_var(env, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  while (url.ends_with('/')) url.pop_back();
  if (!url.empty()) return url;
  const bool by_ipv6 =
      ::strcasecmp(env_var(env, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE").c_str(), "ipv6") == 0;
  return by_ipv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
}

}  // namespace

bool instance_metadata_disabled(const EnvVars& env) {
  return ::strcasecmp(env_var(env, "AWS_EC2_METADATA_DISABLED").c_str(), "true") == 0;
}

InstanceMetadata::InstanceMetadata(const CredentialSources& sources, const Interrupt& interrupt)
    : send_(sources.send), interrupt_(interrupt), base_(base_url(sources.env)) {
  token_ = send({.method = "PUT",
                 .url = base_ + "/latest/api/token",
                 .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}});
}

HttpResponse InstanceMetadata::get(const std::string& path) const {
  return send(
      {.url = base_ + "/latest/meta-data/" + path, .headers = {{"X-aws-ec2-metadata-token", token_.body}}});
}

HttpResponse InstanceMetadata::send(HttpRequest request) const {
  request.connect_timeout = std::chrono::seconds(1);
  request.stall_timeout = std::chrono::seconds(1);
  request.use_proxy = false;
  return send_(request, interrupt_);
}

std::string instance_region(const CredentialSources& sources, const Interrupt& interrupt) {
  if (instance_metadata_disabled(sources.env)) return "";
  try {
    const InstanceMetadata metadata(sources, interrupt);
    if (metadata.status() != 200) return "";
    const auto answer = metadata.get("placement/region");
    const auto region = answer.body.substr(0, answer.body.find_first_of("\r\n"));
    return answer.status == 200 && is_host_label(region) ? region : "";
  } catch (const TransportError&) {
    return "";
  }
}

}  // namespace sm_train

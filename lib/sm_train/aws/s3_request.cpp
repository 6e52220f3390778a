#include "sm_train/aws/s3_request.hpp"

#include "sm_train/aws/sigv4.hpp"

namespace sm_train {

S3Access find_s3_access(const EnvVars& env, const Backoff& backoff, const Interrupt& interrupt) {
  const auto profile = load_profile(env);
  S3Access access;
  access.ca_bundle = env_var(env, "AWS_CA_BUNDLE");
  if (access.ca_bundle.empty()) access.ca_bundle = env_var(env, "SSL_CERT_FILE");
  access.region = find_region(env, profile);
  access.endpoint = find_s3_endpoint(env, profile, access.region);
  access.credentials = find_credentials(
      {.env = env, .profile = profile, .backoff = backoff, .ca_bundle = access.ca_bundle}, interrupt);
  return access;
}

HttpRequest make_get(const S3Access& access, const S3Uri& uri, HttpHeaders headers,
                     std::chrono::system_clock::time_point now) {
  const auto address = address_of(uri, access.endpoint);
  headers.emplace_back("Host", address.host);
  headers.emplace_back("X-Amz-Content-SHA256", empty_payload_hash);
  auto signature = sign(
      {.path = address.path, .headers = std::move(headers), .payload_hash = std::string(empty_payload_hash)},
      {.region = access.region,
       .service = "s3",
       .time = now + access.clock_skew,
       .normalize_path = false,
       .double_encode_path = false},
      access.credentials);
  return {.url = address.origin + address.path,
          .headers = std::move(signature.headers),
          .ca_bundle = access.ca_bundle};
}

}  // namespace sm_train

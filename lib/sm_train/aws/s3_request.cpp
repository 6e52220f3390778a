#include "sm_train/aws/s3_request.hpp"

#include <algorithm>

#include "sm_train/aws/instance_metadata.hpp"
#include "sm_train/aws/region.hpp"
#include "sm_train/system/digest.hpp"

namespace sm_train {

namespace {

using std::chrono::system_clock;

constexpr std::chrono::minutes before_end(5);
constexpr std::chrono::minutes between_renewals(1);

system_clock::time_point renewal_time(const Credentials& credentials) {
  return credentials.expires ? *credentials.expires - before_end : system_clock::time_point::max();
}

std::string find_region(const CredentialSources& sources, const Credentials& credentials,
                        const Interrupt& interrupt) {
  auto region = configured_region(sources.env, sources.profile);
  if (region.empty() && credentials.from_instance) region = instance_region(sources, interrupt);
  return region.empty() ? default_region : region;
}

}  // namespace

S3Access find_s3_access(const EnvVars& env, const Backoff& backoff, const Interrupt& interrupt) {
  S3Access access;
  access.sources = find_credential_sources(env);
  access.sources.backoff = backoff;
  access.ca_bundle = access.sources.ca_bundle;
  // A wrong setting is told before anything is asked for.
  configured_region(env, access.sources.profile);
  access.credentials = find_credentials(access.sources, interrupt);
  access.renew_at = renewal_time(access.credentials);
  access.region = find_region(access.sources, access.credentials, interrupt);
  access.endpoint = find_s3_endpoint(env, access.sources.profile, access.region);
  return access;
}

void refresh_credentials(S3Access& access, system_clock::time_point now, const Interrupt& interrupt) {
  if (now < access.renew_at) return;
  try {
    renew_credentials(access, now, interrupt);
  } catch (const Error& error) {
    if (is_signal(error.failure().cause) || now >= access.credentials.expires) throw;
    access.renew_at = now + between_renewals;
  }
}

bool renew_credentials(S3Access& access, system_clock::time_point now, const Interrupt& interrupt) {
  auto found = find_credentials(access.sources, interrupt);
  access.renew_at = std::max(renewal_time(found), now + between_renewals);
  if (found == access.credentials) return false;
  access.credentials = std::move(found);
  return true;
}

HttpRequest make_request(const S3Access& access, S3Request request, system_clock::time_point now) {
  const auto address = address_of(request.uri, access.endpoint);
  const auto point = access_point_of(request.uri);
  const auto payload_hash = to_hex(sha256(request.body.view()));
  if (!request.uri.version_id.empty()) request.query.emplace_back("versionId", request.uri.version_id);
  request.headers.emplace_back("Host", address.host);
  request.headers.emplace_back("X-Amz-Content-SHA256", payload_hash);
  auto signature = sign({.method = request.method,
                         .path = address.path,
                         .query = request.query,
                         .headers = std::move(request.headers),
                         .payload_hash = payload_hash},
                        {.region = point ? point->region : access.region,
                         .service = "s3",
                         .time = now + access.clock_skew,
                         .normalize_path = false,
                         .double_encode_path = false},
                        access.credentials);
  const auto query = query_string(request.query);
  return {.method = request.method,
          .url = address.origin + address.path + (query.empty() ? "" : "?" + query),
          .headers = std::move(signature.headers),
          .body = std::move(request.body),
          .ca_bundle = access.ca_bundle};
}

}  // namespace sm_train

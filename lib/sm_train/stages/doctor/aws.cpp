#include "sm_train/stages/doctor/aws.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "sm_train/aws/endpoint.hpp"
#include "sm_train/aws/region.hpp"
#include "sm_train/aws/s3.hpp"
#include "sm_train/aws/s3_client.hpp"
#include "sm_train/aws/s3_listing.hpp"
#include "sm_train/aws/s3_uri.hpp"
#include "sm_train/aws/sts.hpp"
#include "sm_train/contract/byte_size.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

namespace {

using std::chrono::system_clock;

constexpr std::string_view s3_scheme = "s3://";
constexpr const char* renew =
    "Get new credentials: set AWS_SESSION_TOKEN with its keys anew, or renew the role's session.";

bool is_in_s3(const std::optional<std::string>& uri) {
  return uri && uri->starts_with(s3_scheme);
}

/// A few characters tell keys apart, and are no help to anybody else.
std::string last_of(const std::string& key_id) {
  constexpr std::size_t shown = 4;
  return key_id.size() < 4 * shown ? "" : " ..." + one_line(key_id.substr(key_id.size() - shown));
}

std::string time_text(std::chrono::seconds time) {
  if (time < std::chrono::hours(2)) return fmt::format("{} min", time / std::chrono::minutes(1));
  if (time < std::chrono::days(3)) return fmt::format("{} h", time / std::chrono::hours(1));
  return fmt::format("{} days", time / std::chrono::days(1));
}

std::string region_of(const CredentialSources& sources) {
  const std::string region = configured_region(sources.env, sources.profile);
  return region.empty() ? default_region : region;
}

/// The endpoint that a setting names is not one of AWS's.
bool is_elsewhere(const std::string& url, const std::string& region) {
  return !url.empty() && url.find(partition_of(region).dns_suffix) == std::string::npos;
}

S3Options hurried(S3Options options, const EnvVars& env) {
  options.env = env;
  options.attempts = 1;
  options.connections = 1;
  options.connect_timeout = options.stall_timeout = service_limit;
  return options;
}

}  // namespace

AwsNeeds aws_needs(const Job& job, const EnvVars& env) {
  const Settings& settings = job.hyperparameters.settings;
  return {.code = is_in_s3(settings.submit_directory),
          .output = is_in_s3(settings.s3_output),
          .package_index = !env_var(env, "CA_REPOSITORY_ARN").empty()};
}

CredentialSources hurried_sources(const EnvVars& env) {
  CredentialSources sources = find_credential_sources(env);
  sources.attempts = 1;
  sources.send = [](HttpRequest request, const Interrupt& interrupt) {
    request.connect_timeout = std::min<std::chrono::milliseconds>(request.connect_timeout, service_limit);
    request.stall_timeout = std::min<std::chrono::milliseconds>(request.stall_timeout, service_limit);
    return http_send(request, interrupt);
  };
  return sources;
}

Finding check_region(const CredentialSources& sources) {
  const RegionSetting found = find_region_setting(sources.env, sources.profile);
  if (!found.region.empty()) return passed(fmt::format("{} ({}).", found.region, found.setting));
  return passed(fmt::format("No setting names one: that of the instance, else {}; S3 says where a bucket is.",
                            default_region));
}

Finding check_credentials(const ProvidedCredentials& provided, system_clock::time_point now) {
  const Credentials& credentials = provided.credentials;
  const std::string what =
      fmt::format("The key{} comes from: {}", last_of(credentials.access_key_id), provided.provider);
  if (!credentials.expires) return passed(what + ".");
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(*credentials.expires - now);
  if (left.count() <= 0) return failed(fmt::format("{}. It expired {} ago.", what, time_text(-left)), renew);
  return passed(fmt::format("{}. It is good for {} more.", what, time_text(left)));
}

Finding check_identity(const CredentialSources& sources, const Credentials& credentials, bool is_needed,
                       const Interrupt& interrupt) try {
  const std::string s3 = find_endpoint_url(sources.env, sources.profile, "s3");
  const std::string sts = find_endpoint_url(sources.env, sources.profile, "sts");
  if (is_elsewhere(s3, region_of(sources)) && (sts.empty() || sts == s3))
    return skipped(fmt::format("S3 is asked at {}, whose keys STS does not know.", origin_of(s3)));
  const CallerIdentity identity = get_caller_identity(sources, credentials, interrupt);
  return passed(fmt::format("They are of {} in account {}.", identity.arn, identity.account));
} catch (const Error& error) {
  const Failure& failure = error.failure();
  if (is_signal(failure.cause)) throw;
  const bool is_refused = failure.cause == Cause::denied;
  if (!is_needed) return is_refused ? warning(failure) : skipped(failure.what);
  // A VPC often has a way to S3 and none to STS, and jobs do with that.
  return is_refused ? failed(failure) : warning(failure);
}

Finding check_code_in_s3(const std::string& text, const Options& options, const Interrupt& interrupt) {
  const S3Uri uri = parse_s3_uri(text);
  const S3Options s3 = hurried(options.fetch.s3, options.environment);
  const std::string name = one_line(to_string(uri));
  if (is_s3_prefix(uri)) {
    S3Client client(s3, interrupt);
    if (find_first_s3_object(client, uri)) return passed(fmt::format("{} has objects.", name));
    return failed(fmt::format("{}: no object's key begins so.", name),
                  "Check the bucket and the prefix, upper and lower case too.");
  }
  const S3Object object = open_s3_object(uri, s3, interrupt);
  const std::string size = object.size ? byte_size_text(*object.size) : "an unknown number of bytes";
  return passed(fmt::format("{} has {}.", name, size));
}

std::string s3_endpoint_url(const CredentialSources& sources) {
  return find_s3_endpoint(sources.env, sources.profile, region_of(sources)).url + "/";
}

}  // namespace sm_train

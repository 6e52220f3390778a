#include "sm_train/aws/service_request.hpp"

#include "sm_train/aws/endpoint.hpp"
#include "sm_train/system/digest.hpp"

namespace sm_train {

HttpRequest make_request(const CredentialSources& sources, const ServiceRequest& request) {
  const auto endpoint = find_service_endpoint(sources.env, sources.profile, request.service, request.region);
  const auto query = query_string(request.query);
  return {.method = request.method,
          .url = endpoint + request.path + (query.empty() ? "" : "?" + query),
          .headers = request.headers,
          .body = request.body,
          .stall_timeout = std::chrono::seconds(30),
          .ca_bundle = sources.ca_bundle};
}

HttpRequest make_signed_request(const CredentialSources& sources, const ServiceRequest& request,
                                const Credentials& credentials, std::chrono::system_clock::time_point now) {
  auto made = make_request(sources, request);
  const auto host = host_start(made.url);
  const auto path = made.url.find('/', host);
  made.headers.emplace_back("Host", made.url.substr(host, path - host));
  made.headers = sign({.method = made.method,
                       .path = made.url.substr(path, made.url.find('?') - path),
                       .query = request.query,
                       .headers = made.headers,
                       .payload_hash = to_hex(sha256(made.body.view()))},
                      {.region = request.region, .service = request.service, .time = now}, credentials)
                     .headers;
  return made;
}

}  // namespace sm_train

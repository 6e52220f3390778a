#include "sm_train/system/http_message.hpp"

#include <algorithm>
#include <strings.h>

#include <fmt/core.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string_view find_header(const HttpHeaders& headers, std::string_view name) {
  const auto found = std::ranges::find_if(headers, [&](const auto& h) { return same_name(h.first, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

void check_request(const HttpRequest& request) {
  if (!request.url.starts_with("http://") && !request.url.starts_with("https://"))
    throw Error({.cause = Cause::bad_config,
                 .what = fmt::format("{}: not an http:// or https:// URL.", origin_of(request.url)),
                 .remedy = "Correct the setting that names this endpoint."});
  for (const auto& [name, value] : request.headers)
    // A line break in a value would start a header of its own.
    if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      throw Error(
          {.cause = Cause::bad_config,
           .what = fmt::format("{}: the header {} would hold a line break.", origin_of(request.url), name),
           .remedy = "Remove the line break from the setting or credential that goes into it."});
}

std::string origin_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::string(url.substr(0, url.find_first_of("/?@")));
  auto authority = url.substr(scheme_end + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  return fmt::format("{}{}", url.substr(0, scheme_end + 3), authority);
}

}  // namespace sm_train

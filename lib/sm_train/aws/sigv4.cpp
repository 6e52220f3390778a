#include "sm_train/aws/sigv4.hpp"

#include <algorithm>
#include <map>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "sm_train/aws/uri_encoding.hpp"
#include "sm_train/system/digest.hpp"

namespace sm_train {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lowered;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

// Trimmed, with each run of white space as one space.
std::string canonical_value(std::string_view value) {
  std::string canonical;
  for (const char c : value) {
    const bool is_space = c == ' ' || c == '\t';
    if (is_space && (canonical.empty() || canonical.back() == ' ')) continue;
    canonical += is_space ? ' ' : c;
  }
  if (canonical.ends_with(' ')) canonical.pop_back();
  return canonical;
}

// RFC 3986's remove_dot_segments as AWS's own signers do it: empty segments are left out too, and a slash
// stays at the end only where one stood there.
std::string normalized(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const auto segment : split(path, '/')) {
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  return fmt::format("/{}{}", fmt::join(kept, "/"), path.ends_with('/') && !kept.empty() ? "/" : "");
}

std::string canonical_path(std::string_view path, const SigningScope& scope) {
  auto canonical = scope.normalize_path ? normalized(path) : std::string(path);
  if (scope.double_encode_path) canonical = uri_encode(canonical, true);
  return canonical.empty() ? "/" : canonical;
}

// By lower-case name; the values of one that comes twice are joined in their order.
std::map<std::string, std::string> canonical_headers(const HttpHeaders& headers) {
  std::map<std::string, std::string> canonical;
  for (const auto& [name, value] : headers) {
    const auto [entry, is_new] = canonical.try_emplace(lower(name), canonical_value(value));
    if (!is_new) entry->second += "," + canonical_value(value);
  }
  return canonical;
}

HttpHeaders headers_to_sign(const SigningRequest& request, const std::string& time,
                            const Credentials& credentials) {
  auto headers = request.headers;
  // Ours stand in the place of what an earlier signature left.
  std::erase_if(headers, [](const auto& header) {
    const auto name = lower(header.first);
    return name == "x-amz-date" || name == "x-amz-security-token" || name == "authorization";
  });
  headers.emplace_back("X-Amz-Date", time);
  if (!credentials.session_token.empty())
    headers.emplace_back("X-Amz-Security-Token", credentials.session_token);
  return headers;
}

std::string signing_key(const SigningScope& scope, const std::string& date, const Credentials& credentials) {
  std::string key = "AWS4" + credentials.secret_access_key;
  for (const std::string_view part : {std::string_view(date), std::string_view(scope.region),
                                      std::string_view(scope.service), std::string_view("aws4_request")})
    key = hmac_sha256(key, part);
  return key;
}

}  // namespace

std::string query_string(const QueryParameters& parameters) {
  QueryParameters encoded;
  for (const auto& [name, value] : parameters) encoded.emplace_back(uri_encode(name), uri_encode(value));
  std::ranges::sort(encoded);
  std::string query;
  for (const auto& [name, value] : encoded)
    query += fmt::format("{}{}={}", query.empty() ? "" : "&", name, value);
  return query;
}

Signature sign(const SigningRequest& request, const SigningScope& scope, const Credentials& credentials) {
  const auto seconds = std::chrono::system_clock::to_time_t(scope.time);
  const auto time = fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(seconds));
  const auto date = time.substr(0, 8);

  Signature signature;
  signature.headers = headers_to_sign(request, time, credentials);

  std::string header_lines;
  std::vector<std::string> names;
  for (const auto& [name, value] : canonical_headers(signature.headers)) {
    header_lines += fmt::format("{}:{}\n", name, value);
    names.push_back(name);
  }
  const auto signed_headers = fmt::format("{}", fmt::join(names, ";"));
  signature.canonical_request =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(request.path, scope),
                  query_string(request.query), header_lines, signed_headers, request.payload_hash);

  const auto credential_scope = fmt::format("{}/{}/{}/aws4_request", date, scope.region, scope.service);
  signature.string_to_sign = fmt::format("{}\n{}\n{}\n{}", algorithm, time, credential_scope,
                                         to_hex(sha256(signature.canonical_request)));
  signature.signature = to_hex(hmac_sha256(signing_key(scope, date, credentials), signature.string_to_sign));
  signature.headers.emplace_back(
      "Authorization",
      fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", algorithm, credentials.access_key_id,
                  credential_scope, signed_headers, signature.signature));
  return signature;
}

}  // namespace sm_train

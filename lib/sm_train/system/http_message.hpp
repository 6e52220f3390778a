#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sm_train {

/// Name and value, in the order in which they are sent or came in.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// The value of the first header of that name, whatever its case; empty where there is none.
std::string_view find_header(const HttpHeaders& headers, std::string_view name);

/// Bytes that never change, and that copies share.
class SharedBytes {
 public:
  SharedBytes() = default;
  SharedBytes(std::string bytes) : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}
  SharedBytes(const char* text) : SharedBytes(std::string(text)) {}

  std::string_view view() const { return bytes_ ? std::string_view(*bytes_) : std::string_view(); }

 private:
  std::shared_ptr<const std::string> bytes_;
};

struct HttpRequest {
  std::string method = "GET";
  std::string
      url;  ///< http:// or https://, percent-encoded by the caller; sent to the letter, `..` and `//` too
  HttpHeaders headers;
  SharedBytes body;
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  std::chrono::milliseconds stall_timeout = std::chrono::seconds(20);  ///< the longest time without a byte
  std::string ca_bundle;  ///< a PEM file in the place of the system's certificates, where not empty
  bool use_proxy = true;  ///< as HTTPS_PROXY, http_proxy and NO_PROXY say; false for link-local services
};

/// Throws Error{bad_config} where the URL is no http:// or https:// one, or a header holds a line break.
void check_request(const HttpRequest& request);

/// What a message may say of a URL, its scheme and host: never its query, nor a name and password in it.
std::string origin_of(std::string_view url);

}  // namespace sm_train

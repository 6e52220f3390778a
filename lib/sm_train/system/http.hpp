#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Name and value, in the order in which they are sent or came in.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// The value of the first header of that name, whatever its case; empty where there is none.
std::string_view find_header(const HttpHeaders& headers, std::string_view name);

/// The time of a Date header; nothing where it is no date, or one that to_system_time() has not.
std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text);

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

/// The transfer broke, or never began: no connection, no answer in time, a reset, a truncated body. Worth a
/// retry, unlike the other errors of a transfer (a certificate that is refused, a URL that cannot be).
class TransportError : public Error {
 public:
  using Error::Error;
};

/// Keeps connections open from one request to the next. Copies share them. For one thread, and for one
/// HttpStream at a time.
class HttpConnections {
 public:
  HttpConnections();

 private:
  friend class HttpStream;
  struct Pool;
  std::shared_ptr<Pool> pool_;
};

/// An HTTP/1.1 request, and its answer, whose body is pulled. Certificates are always verified. Redirects are
/// never followed: a 3xx is a status like any other, for the caller to judge.
class HttpStream {
 public:
  /// Returns when the answer's headers are in. Throws TransportError or Error{unavailable, bad_config} that
  /// names the URL's scheme and host, or what interrupt.check throws.
  explicit HttpStream(HttpRequest request, Interrupt interrupt = {}, const HttpConnections& connections = {});
  HttpStream(HttpStream&&) noexcept;
  HttpStream& operator=(HttpStream&&) noexcept;
  HttpStream(const HttpStream&) = delete;
  HttpStream& operator=(const HttpStream&) = delete;
  ~HttpStream();

  int status() const;
  const HttpHeaders& headers() const;

  /// For the thread that goes on reading, where that is another one.
  void set_interrupt(Interrupt interrupt);

  /// The next block of the body, valid until the next call; empty at its end. While a block waits to be read
  /// the transfer is paused, so memory stays bounded. Throws as the constructor does.
  std::string_view read();

 private:
  struct Transfer;
  std::unique_ptr<Transfer> transfer_;
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
};

/// The largest body that http_send takes.
inline constexpr std::size_t max_http_body = std::size_t{1024} * 1024;

/// The rest of a body that should be small; Error{bad_data} where it is larger than `max_body`.
std::string read_body(HttpStream& stream, std::size_t max_body = max_http_body);

/// Sends a request whose answer is small. Throws as HttpStream and read_body do.
HttpResponse http_send(const HttpRequest& request, const Interrupt& interrupt = {});

/// The seam of everything that asks a service for a small answer.
using HttpSend = std::function<HttpResponse(const HttpRequest&, const Interrupt&)>;

}  // namespace sm_train

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/http_message.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

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
  /// Returns when the answer's headers are in. Throws TransportError or Error that names the URL's scheme and
  /// host: unavailable, bad_config, bad_data where the headers are larger than any service's; or what
  /// interrupt.check throws.
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

/// Where the certificates of servers are checked against when a request names no ca_bundle.
struct CaCertificates {
  std::string file;       ///< a PEM file; empty: none
  std::string directory;  ///< of one PEM file for each; empty: none
};
CaCertificates default_ca_certificates();

/// The time of a Date header; nothing where it is no date, or one that to_system_time() has not.
std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text);

}  // namespace sm_train

#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "sm_train/system/http_message.hpp"
#include "sm_train/system/http_stream.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
};

/// The largest body that http_send takes.
inline constexpr std::size_t max_http_body = std::size_t{1024} * 1024;

/// The rest of a body that should be small; Error{bad_data} where it is larger than `max_body`.
std::string read_body(HttpStream& stream, std::size_t max_body = max_http_body);

/// At most the first `max_size` bytes of the rest of a body; what follows them is not waited for.
std::string read_body_start(HttpStream& stream, std::size_t max_size);

/// Sends a request whose answer is small. Throws as HttpStream and read_body do.
HttpResponse http_send(const HttpRequest& request, const Interrupt& interrupt = {});

/// The seam of everything that asks a service for a small answer.
using HttpSend = std::function<HttpResponse(const HttpRequest&, const Interrupt&)>;

}  // namespace sm_train

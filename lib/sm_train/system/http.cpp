#include "sm_train/system/http.hpp"

#include <utility>

#include <fmt/core.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

std::string read_body(HttpStream& stream, std::size_t max_body) {
  std::string body;
  for (auto block = stream.read(); !block.empty(); block = stream.read()) {
    body += block;
    if (body.size() > max_body)
      throw Error({.cause = Cause::bad_data,
                   .what = fmt::format("An answer is larger than {} bytes.", max_body),
                   .remedy = "Check that the endpoint is the service that it should be."});
  }
  return body;
}

std::string read_body_start(HttpStream& stream, std::size_t max_size) {
  std::string body;
  while (body.size() < max_size) {
    const auto block = stream.read();
    if (block.empty()) break;
    body += block.substr(0, max_size - body.size());
  }
  return body;
}

HttpResponse http_send(const HttpRequest& request, const Interrupt& interrupt) {
  HttpStream stream(request, interrupt);
  auto body = read_body(stream);
  return {.status = stream.status(), .headers = stream.headers(), .body = std::move(body)};
}

}  // namespace sm_train

#include "sm_train/aws/ask.hpp"

#include <fstream>
#include <iterator>

#include <fmt/core.h>

#include "sm_train/aws/service_error.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/wait.hpp"

namespace sm_train {

namespace {

// The last one is STS's own, for an identity provider that it cannot reach.
bool may_pass(const HttpResponse& response) {
  const auto code = read_service_error(response).code;
  return is_retryable(response.status, code) || code == "IDPCommunicationError";
}

}  // namespace

HttpResponse ask(const CredentialSources& sources, const HttpRequest& request, const Interrupt& interrupt) {
  for (int failures = 1;; ++failures) {
    try {
      auto response = sources.send(request, interrupt);
      if (failures >= sources.attempts || !may_pass(response)) return response;
    } catch (const TransportError&) {
      if (failures >= sources.attempts) throw;
    }
    wait_for(sources.backoff(failures), interrupt);
  }
}

std::string read_token_file(const std::string& file, const std::string& setting) {
  std::ifstream in(file);
  std::string token{std::istreambuf_iterator<char>(in), {}};
  token.erase(token.find_last_not_of("\r\n") + 1);
  if (token.empty())
    throw Error(
        {.cause = Cause::denied,
         .what = fmt::format("{}: {} names this file, and no token can be read from it.", file, setting),
         .remedy = "Check the file and its permissions."});
  return token;
}

}  // namespace sm_train

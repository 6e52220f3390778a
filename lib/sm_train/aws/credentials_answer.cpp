#include "sm_train/aws/credentials_answer.hpp"

#include <fmt/core.h>

#include "sm_train/aws/json_answer.hpp"
#include "sm_train/aws/timestamp.hpp"
#include "sm_train/contract/failure.hpp"

namespace sm_train {

std::optional<Credentials> credentials_in(const Dict& object, std::string_view token_name) {
  Credentials found = {.access_key_id = text_at(object, "AccessKeyId"),
                       .secret_access_key = text_at(object, "SecretAccessKey"),
                       .session_token = text_at(object, token_name),
                       .expires = parse_timestamp(text_at(object, "Expiration"))};
  if (found.access_key_id.empty() || found.secret_access_key.empty()) return std::nullopt;
  return found;
}

Credentials parse_credentials(std::string_view json, const std::string& service) {
  const auto answer = read_json_answer(json, service);
  const Dict* object = answer ? answer->dict() : nullptr;
  auto found = object == nullptr ? std::nullopt : credentials_in(*object, "Token");
  if (found) return *std::move(found);
  throw Error(
      {.cause = Cause::bad_data,
       .what = fmt::format("{} did not answer with a JSON object that holds AccessKeyId and "
                           "SecretAccessKey.",
                           service),
       .remedy = "Check the job's execution role, and that the address is the credentials service's."});
}

}  // namespace sm_train

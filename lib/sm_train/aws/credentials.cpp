#include "sm_train/aws/credentials.hpp"

#include <array>
#include <functional>
#include <optional>

#include <fmt/core.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/json.hpp"

namespace sm_train {

namespace {

struct Provider {
  const char* name;
  std::function<FoundCredentials()> find;
};

std::string text_at(const Dict& object, std::string_view key) {
  const Value* value = object.find(key);
  const std::string* text = value == nullptr ? nullptr : value->text();
  return text == nullptr ? "" : *text;
}

/// Nothing where it is no JSON, or is nested too deep, of which the parser says what helps with a file only.
std::optional<Value> read_answer(std::string_view json, const std::string& service) try {
  return try_parse_json(json, service);
} catch (const Error&) {
  return std::nullopt;
}

}  // namespace

Credentials parse_credentials(std::string_view json, const std::string& service) {
  const auto answer = read_answer(json, service);
  const Dict* object = answer ? answer->dict() : nullptr;
  Credentials found = object == nullptr
                          ? Credentials{}
                          : Credentials{.access_key_id = text_at(*object, "AccessKeyId"),
                                        .secret_access_key = text_at(*object, "SecretAccessKey"),
                                        .session_token = text_at(*object, "Token")};
  if (found.access_key_id.empty() || found.secret_access_key.empty())
    throw Error(
        {.cause = Cause::bad_data,
         .what = fmt::format("{} did not answer with a JSON object that holds AccessKeyId and "
                             "SecretAccessKey.",
                             service),
         .remedy = "Check the job's execution role, and that the address is the credentials service's."});
  return found;
}

Credentials find_credentials(const CredentialSources& sources, const Interrupt& interrupt) {
  const std::array providers = {
      Provider{"environment", [&] { return environment_credentials(sources.env); }},
      Provider{"shared files", [&] { return profile_credentials(sources.profile); }},
      Provider{"container", [&] { return container_credentials(sources, interrupt); }},
      Provider{"instance metadata", [&] { return instance_credentials(sources, interrupt); }},
  };
  std::string tried;
  for (const auto& [name, find] : providers) {
    const auto found = find();
    if (const auto* credentials = std::get_if<Credentials>(&found)) return *credentials;
    tried += fmt::format("\n  {}: {}", name, std::get<NoCredentials>(found).reason);
  }
  throw Error(
      {.cause = Cause::denied,
       .what = "No AWS credentials were found. Tried:" + tried,
       .remedy = "Give the job an execution role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."});
}

}  // namespace sm_train

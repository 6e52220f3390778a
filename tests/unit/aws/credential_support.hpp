#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "catch.hpp"
#include "sm_train/aws/credentials.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"
#include "support/tcp_server.hpp"

namespace sm_train::test {

inline std::string write(const TempDir& directory, const std::string& name, const std::string& text) {
  const std::filesystem::path file = directory.path() / name;
  std::filesystem::create_directories(file.parent_path());
  write_file_atomically(file, text);
  return file.native();
}

inline const std::string service_answer =
    R"({"AccessKeyId": "AKID", "SecretAccessKey": "secret/+", "Token": "tok==", "Expiration": "2030-01-01T00:00:00Z"})";

/// What STS says, for either of its actions.
inline std::string sts_answer(const std::string& access_key_id) {
  return "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>"
         "<AssumedRoleUser><Arn>arn</Arn></AssumedRoleUser><Credentials><AccessKeyId>" +
         access_key_id +
         "</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token</SessionToken>"
         "<Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></"
         "AssumeRoleResponse>";
}

inline Credentials given(const FoundCredentials& found) {
  if (const auto* none = std::get_if<NoCredentials>(&found)) FAIL("none: " << none->reason);
  return std::get<Credentials>(found);
}

inline std::string reason(const FoundCredentials& found) {
  REQUIRE(std::holds_alternative<NoCredentials>(found));
  return std::get<NoCredentials>(found).reason;
}

template <typename Step>
Failure failure_in(const Step& step) {
  try {
    step();
  } catch (const Error& error) {
    CHECK_FALSE(error.failure().remedy.empty());
    return error.failure();
  }
  FAIL("nothing was thrown");
  return {};
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline CredentialSources sources_of(EnvVars env, HttpSend send = http_send) {
  return {.env = std::move(env), .profile = {}, .send = std::move(send), .backoff = [](int) {
            return std::chrono::milliseconds(0);
          }};
}

// The services' own addresses are not here: requests to them go to a server that is.
inline HttpSend sent_to(const TcpServer& server, std::vector<HttpRequest>& requests) {
  return [&](const HttpRequest& request, const Interrupt& interrupt) {
    requests.push_back(request);
    auto moved = request;
    moved.url = server.url() + request.url.substr(request.url.find('/', request.url.find("://") + 3));
    return http_send(moved, interrupt);
  };
}

}  // namespace sm_train::test

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/value.hpp"

namespace sm_train {

/// What stands in the place of a secret.
inline constexpr std::string_view secret_mask = "******";

/// Whether a variable, flag or hyperparameter of this name may hold a secret: SECRET, TOKEN, PASSW, PWD, KEY,
/// AUTH or CREDENTIAL is in it, in any case, and not as part of another word (tokenizer, keypoint, keyword,
/// keyspace, keyboard, monkey, author).
bool is_secret_name(std::string_view name);

/// Whether this value of a variable, flag or hyperparameter may be a secret: its name may hold one, and it is
/// not empty, a boolean or null, nor, where the name speaks only of a key, a token or auth, a number of up to
/// 8 characters (max_tokens=512).
bool is_secret(std::string_view name, std::string_view value);

/// The secrets of a process, to keep them out of what it shows.
class Secrets {
 public:
  Secrets() = default;

  /// The values in `environment` that are credentials: of AWS's own variables (AWS_SECRET_ACCESS_KEY,
  /// AWS_SESSION_TOKEN, AWS_SECURITY_TOKEN, AWS_CONTAINER_AUTHORIZATION_TOKEN) those of 6 characters or more,
  /// and of others with a secret name those of 12 or more that are no absolute path (with a second "/", and
  /// without "+" and "=") and no URL. Of the hyperparameters, also of nested ones, those of 6 or more. A
  /// hyperparameter (SM_HP_*) whose name speaks only of a key or a token must also hold a digit and a letter,
  /// since label_key=target_column is no secret. Of a value of several lines each line counts.
  explicit Secrets(const EnvVars& environment, const Dict& hyperparameters = {});

  /// The text with its secrets replaced by secret_mask: these values, also as Python's repr and JSON spell
  /// them, the userinfo of URLs, and the signature and the session token of presigned ones. Takes time in
  /// proportion to the text and the number of secrets. Valid UTF-8 stays valid.
  std::string masked(std::string_view text) const;

 private:
  std::vector<std::string> values_;  // the longest first, as one may be part of another
};

}  // namespace sm_train

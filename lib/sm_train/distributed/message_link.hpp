#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sm_train/contract/value.hpp"
#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// What two hosts of a job tell each other over a connection: objects of JSON, a line each. One thread reads,
/// and any one may send.
class MessageLink {
 public:
  explicit MessageLink(UniqueFd connection) : connection_(std::move(connection)) {}

  int fd() const { return connection_.get(); }

  /// What has come in since the last call. Never waits. Once the connection has ended, or what came is no
  /// such message, is_over() is true.
  std::vector<Dict> receive();
  bool is_over() const { return is_over_; }

  /// The next message; nothing where the connection ended first. Throws what interrupt.check throws.
  std::optional<Dict> wait_for_message(const Interrupt& interrupt);

  /// False where the other side does not take it. Messages are small: what has no room at once in the
  /// connection is not waited for.
  bool send(const Dict& message) const;

  const UniqueFd& connection() const { return connection_; }

 private:
  UniqueFd connection_;
  std::string unread_;
  std::vector<Dict> messages_;
  bool is_over_ = false;
};

/// A text in a message; empty where there is none.
std::string text_in(const Dict& message, const std::string& key);

/// A list of texts in a message; empty where there is none.
std::vector<std::string> texts_in(const Dict& message, const std::string& key);

/// A whole number in a message, 0 to 65535; 0 where there is none.
int number_in(const Dict& message, const std::string& key);

}  // namespace sm_train

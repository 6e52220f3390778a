#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sm_train/system/unique_fd.hpp"

namespace sm_train::test {

/// A request as it came over the wire.
struct ReceivedRequest {
  std::string method;
  std::string target;                          ///< path and query, to the letter
  std::map<std::string, std::string> headers;  ///< by lower-case name
  std::string body;
};

/// A connection, as a handler sees it.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  /// Gives false where the client has gone.
  bool send(std::string_view bytes) const;
  /// The connection will end with a reset and not with an orderly end.
  void reset() const;
  /// Returns when the client has closed its side.
  void wait_for_close() const;

 private:
  int fd_;
};

/// "HTTP/1.1 200 OK", the headers, a Content-Length and the body.
std::string http_answer(int status, const std::string& body,
                        const std::map<std::string, std::string>& headers = {});

/// A server on a free port of 127.0.0.1, in a thread of its own: it takes one connection after another, reads
/// one request of each, hands it to `handle`, and closes the connection.
class TcpServer {
 public:
  using Handle = std::function<void(const ReceivedRequest&, Connection&)>;

  explicit TcpServer(Handle handle);
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;
  TcpServer(TcpServer&&) = delete;
  TcpServer& operator=(TcpServer&&) = delete;
  ~TcpServer();

  std::string url() const;
  std::vector<ReceivedRequest> requests() const;

 private:
  void serve();

  Handle handle_;
  UniqueFd listener_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<ReceivedRequest> requests_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

/// A port of 127.0.0.1 on which nobody listens.
int unused_port();

}  // namespace sm_train::test

#include "support/tcp_server.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>

namespace sm_train::test {

namespace {

struct Listener {
  UniqueFd fd;
  int port;
};

Listener listen_on_loopback() {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(fd.get(), generic, size) != 0 || ::listen(fd.get(), 16) != 0 ||
      ::getsockname(fd.get(), generic, &size) != 0)
    throw std::runtime_error("cannot listen on 127.0.0.1");
  return {std::move(fd), ntohs(address.sin_port)};
}

// Until `done` of the bytes so far; nothing where the client goes before that.
std::optional<std::string> read_until(int fd, std::string text,
                                      const std::function<bool(const std::string&)>& done) {
  char block[4096];
  while (!done(text)) {
    const auto got = ::recv(fd, block, sizeof block, 0);
    if (got <= 0) return std::nullopt;
    text.append(block, static_cast<std::size_t>(got));
  }
  return text;
}

ReceivedRequest parse_head(const std::string& head) {
  ReceivedRequest request;
  std::istringstream lines(head);
  std::string line;
  std::getline(lines, line);
  const auto target_start = line.find(' ') + 1;
  request.method = line.substr(0, target_start - 1);
  request.target = line.substr(target_start, line.rfind(" HTTP/") - target_start);
  while (std::getline(lines, line) && line != "\r") {
    const auto colon = line.find(':');
    auto name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto value_start = std::min(line.find_first_not_of(' ', colon + 1), line.size() - 1);
    request.headers[name] = line.substr(value_start, line.size() - 1 - value_start);
  }
  return request;
}

std::optional<ReceivedRequest> read_request(int fd) {
  const auto text = read_until(
      fd, "", [](const std::string& so_far) { return so_far.find("\r\n\r\n") != std::string::npos; });
  if (!text) return std::nullopt;
  const auto head_size = text->find("\r\n\r\n") + 4;
  auto request = parse_head(text->substr(0, head_size));
  const auto length = request.headers.find("content-length");
  const std::size_t body_size = length == request.headers.end() ? 0 : std::stoul(length->second);
  const auto body = read_until(fd, text->substr(head_size),
                               [&](const std::string& so_far) { return so_far.size() >= body_size; });
  if (!body) return std::nullopt;
  request.body = *body;
  return request;
}

}  // namespace

bool Connection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Connection::reset() const {
  const linger now = {.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void Connection::wait_for_close() const {
  char byte = 0;
  while (::recv(fd_, &byte, 1, 0) > 0) continue;
}

std::string http_answer(int status, const std::string& body,
                        const std::map<std::string, std::string>& headers) {
  std::ostringstream answer;
  answer << "HTTP/1.1 " << status << " Status\r\n";
  for (const auto& [name, value] : headers) answer << name << ": " << value << "\r\n";
  answer << "Content-Length: " << body.size() << "\r\n\r\n" << body;
  return answer.str();
}

TcpServer::TcpServer(Handle handle) : handle_(std::move(handle)) {
  auto [fd, port] = listen_on_loopback();
  listener_ = std::move(fd);
  port_ = port;
  thread_ = std::thread([this] { serve(); });
}

TcpServer::~TcpServer() {
  stopping_ = true;
  ::shutdown(listener_.get(), SHUT_RDWR);  // accept() returns
  thread_.join();
}

std::string TcpServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

std::vector<ReceivedRequest> TcpServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void TcpServer::serve() {
  while (!stopping_) {
    const UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client) continue;
    const auto request = read_request(client.get());
    if (!request) continue;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(*request);
    }
    Connection connection(client.get());
    handle_(*request, connection);
  }
}

int unused_port() {
  return listen_on_loopback().port;
}

}  // namespace sm_train::test

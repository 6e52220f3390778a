#include "sm_train/distributed/message_link.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/system/json.hpp"

namespace sm_train {

namespace {

// Nobody who has something to say needs more.
constexpr std::size_t most_line_bytes = std::size_t{64} << 10U;

std::optional<Dict> read_message(const std::string& line) try {
  const auto value = try_parse_json(line, "a message of another host");
  return value && value->dict() ? std::optional(*value->dict()) : std::nullopt;
} catch (const Error&) {
  return std::nullopt;
}

}  // namespace

std::vector<Dict> MessageLink::receive() {
  if (is_over_) return std::exchange(messages_, {});
  std::array<char, 4096> block = {};
  // What else has come is for the next call: who sends without end would else fill the memory.
  while (unread_.size() <= most_line_bytes) {
    const ssize_t got = recv(connection_.get(), block.data(), block.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (got <= 0) {
      is_over_ = true;
      break;
    }
    unread_.append(block.data(), static_cast<std::size_t>(got));
  }
  for (std::size_t end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
    const auto message = read_message(unread_.substr(0, end));
    unread_.erase(0, end + 1);
    if (!message) {
      is_over_ = true;
      break;
    }
    messages_.push_back(*message);
  }
  if (unread_.size() > most_line_bytes) is_over_ = true;
  return std::exchange(messages_, {});
}

std::optional<Dict> MessageLink::wait_for_message(const Interrupt& interrupt) {
  for (;;) {
    std::vector<Dict> come = receive();
    if (!come.empty()) {
      Dict first = std::move(come.front());
      messages_.assign(std::make_move_iterator(come.begin() + 1), std::make_move_iterator(come.end()));
      return first;
    }
    if (is_over_) return std::nullopt;
    std::array<pollfd, 2> wanted = {pollfd{.fd = fd(), .events = POLLIN, .revents = 0},
                                    pollfd{.fd = interrupt.fd, .events = POLLIN, .revents = 0}};
    if (poll(wanted.data(), wanted.size(), -1) < 0 && errno != EINTR) return std::nullopt;
    if (wanted[1].revents != 0) interrupt.check();
  }
}

bool MessageLink::send(const Dict& message) const {
  const std::string line = python_json(message) + "\n";
  const ssize_t sent = ::send(connection_.get(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(line.size());
}

std::string text_in(const Dict& message, const std::string& key) {
  const Value* value = message.find(key);
  return value != nullptr && value->text() ? *value->text() : "";
}

std::vector<std::string> texts_in(const Dict& message, const std::string& key) {
  std::vector<std::string> texts;
  const Value* value = message.find(key);
  if (value == nullptr || value->list() == nullptr) return texts;
  for (const Value& each : *value->list())
    if (each.text() != nullptr) texts.push_back(*each.text());
  return texts;
}

int number_in(const Dict& message, const std::string& key) {
  const Value* value = message.find(key);
  const auto* integer = value == nullptr ? nullptr : std::get_if<Integer>(&value->data());
  int number = 0;
  if (integer == nullptr) return 0;
  const std::string& digits = integer->digits;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_whole = error == std::errc() && end == digits.data() + digits.size();
  return is_whole && number >= 0 && number <= 65535 ? number : 0;
}

}  // namespace sm_train

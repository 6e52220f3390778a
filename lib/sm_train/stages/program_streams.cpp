#include "sm_train/stages/program_streams.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/log.hpp"

namespace sm_train {

namespace {

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends = {-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw Error({.cause = Cause::unavailable,
                 .what = "No pipe for the program's output: " + std::generic_category().message(errno) + ".",
                 .remedy = "Raise the limit of open files (ulimit -n)."});
  return {.read_end = UniqueFd(ends[0]), .write_end = UniqueFd(ends[1])};
}

bool is_terminal(int fd) {
  return isatty(fd) != 0;
}

bool are_same_terminal(int a, int b) {
  struct stat of_a = {};
  struct stat of_b = {};
  return is_terminal(a) && is_terminal(b) && fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 &&
         of_a.st_rdev == of_b.st_rdev;
}

/// Our stream whose place the program's terminal takes; none where neither is a terminal.
std::optional<int> output_terminal() {
  if (is_terminal(STDOUT_FILENO)) return STDOUT_FILENO;
  return is_terminal(STDERR_FILENO) ? std::optional(STDERR_FILENO) : std::nullopt;
}

std::optional<PseudoTerminal> make_terminal(bool relay_output) {
  const auto ours = output_terminal();
  if (!relay_output || !ours) return std::nullopt;
  return open_pseudo_terminal(*ours,
                              TerminalLoan::is_possible() ? LineEnds::made_by_it : LineEnds::made_by_other);
}

UniqueFd duplicate(const UniqueFd& fd) {
  return UniqueFd(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
}

/// The line ends that a raw terminal wants.
std::string with_carriage_returns(const std::string& lines) {
  std::string text;
  for (const char c : lines) {
    if (c == '\n') text += '\r';
    text += c;
  }
  return text;
}

constexpr pollfd nothing = {.fd = -1, .events = 0, .revents = 0};

}  // namespace

ProgramStreams::ProgramStreams(bool relay_output)
    : terminal_(make_terminal(relay_output)),
      loan_(terminal_ ? TerminalLoan::Kind::keys : TerminalLoan::Kind::foreground) {
  const auto sink = [&](int fd) { return relay_output ? std::optional<OutputStream>(fd) : std::nullopt; };
  const bool out_is_terminal = terminal_ && is_terminal(STDOUT_FILENO);
  const bool err_is_terminal =
      terminal_ && (!out_is_terminal || are_same_terminal(STDOUT_FILENO, STDERR_FILENO));
  if (!(out_is_terminal && err_is_terminal)) {
    Pipe pipe = out_is_terminal ? Pipe{duplicate(terminal_->ours), {}} : make_pipe();
    out_of_program_ = std::move(pipe.write_end);
    out_.emplace(std::move(pipe.read_end), sink(STDOUT_FILENO));
  }
  Pipe pipe = err_is_terminal ? Pipe{duplicate(terminal_->ours), {}} : make_pipe();
  err_of_program_ = std::move(pipe.write_end);
  err_.emplace(std::move(pipe.read_end), sink(STDERR_FILENO));
  if (terminal_ && is_terminal(STDIN_FILENO)) keyboard_.emplace(STDIN_FILENO, terminal_->ours.get());
  if (relay_output) log_.emplace();
}

ProgramStreams::~ProgramStreams() {
  if (err_->is_inside_line()) log_is_inside_line();
}

ProcessStreams ProgramStreams::lend() {
  const auto end = [&](const UniqueFd& pipe) { return pipe ? pipe.get() : terminal_->theirs.get(); };
  ProcessStreams streams = {.out = end(out_of_program_), .err = end(err_of_program_)};
  if (terminal_) streams.own_terminal = terminal_->theirs.get();
  if (keyboard_) streams.in = terminal_->theirs.get();
  streams.terminal = loan_.lend();
  return streams;
}

void ProgramStreams::program_has_them() {
  out_of_program_.reset();
  err_of_program_.reset();
  if (terminal_) terminal_->theirs.reset();
}

ProgramStreams::Interests ProgramStreams::interests() const {
  return {out_ ? out_->interest() : nothing, err_->interest(),
          keyboard_ && loan_.is_lent() ? keyboard_->interest() : nothing,
          log_ ? pollfd{.fd = log_->fd(), .events = POLLIN, .revents = 0} : nothing};
}

bool ProgramStreams::advance(const Interests& ready, pid_t program) {
  const auto& [out, err, keyboard, log] = ready;
  if (log.revents != 0) put_log();
  if (out.revents != 0) out_->advance();
  if (err.revents != 0) err_->advance();
  return keyboard.revents != 0 && keyboard_->advance(program);
}

void ProgramStreams::put_log() {
  const std::string lines = log_->take();
  err_->put_between_lines(terminal_ && loan_.is_lent() ? with_carriage_returns(lines) : lines);
}

void ProgramStreams::follow_window_size() {
  if (const auto ours = output_terminal(); ours && terminal_) copy_window_size(*ours, terminal_->ours.get());
}

void ProgramStreams::end_after_pending() {
  if (out_) out_->end_after_pending();
  err_->end_after_pending();
}

bool ProgramStreams::done() const {
  return (!out_ || out_->done()) && err_->done();
}

std::string ProgramStreams::stdout_tail() const {
  return out_ ? out_->tail() : "";
}

std::string ProgramStreams::stderr_tail() const {
  return err_->tail();
}

}  // namespace sm_train

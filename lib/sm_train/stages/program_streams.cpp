#include "sm_train/stages/program_streams.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/ioctl.h>
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

[[noreturn]] void throw_no_descriptors() {
  throw Error({.cause = Cause::unavailable,
               .what = "No pipe for the program's output: " + std::generic_category().message(errno) + ".",
               .remedy = "Raise the limit of open files (ulimit -n)."});
}

Pipe make_pipe() {
  std::array<int, 2> ends = {-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw_no_descriptors();
  return {.read_end = UniqueFd(ends[0]), .write_end = UniqueFd(ends[1])};
}

bool is_terminal(int fd) {
  return isatty(fd) != 0;
}

bool are_same_file(int a, int b) {
  struct stat of_a = {};
  struct stat of_b = {};
  return fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
         of_a.st_ino == of_b.st_ino;
}

/// Also where one is named /dev/tty.
bool are_same_terminal(int a, int b) {
  unsigned device_of_a = 0;
  unsigned device_of_b = 0;
  return ioctl(a, TIOCGDEV, &device_of_a) == 0 && ioctl(b, TIOCGDEV, &device_of_b) == 0 &&
         device_of_a == device_of_b;
}

/// Our stream whose place the program's terminal takes; none where neither is a terminal.
std::optional<int> output_terminal() {
  if (is_terminal(STDOUT_FILENO)) return STDOUT_FILENO;
  return is_terminal(STDERR_FILENO) ? std::optional(STDERR_FILENO) : std::nullopt;
}

std::optional<PseudoTerminal> make_terminal(bool relay_output) {
  const auto ours = output_terminal();
  return relay_output && ours ? open_pseudo_terminal(*ours) : std::nullopt;
}

/// Of `sm-train | less` it is less that reads the keys.
TerminalLoan::Kind kind_of_loan(bool relay_output, bool has_terminal) {
  if (!relay_output) return TerminalLoan::Kind::none;
  return has_terminal && are_same_terminal(STDIN_FILENO, STDOUT_FILENO) ? TerminalLoan::Kind::keys
                                                                        : TerminalLoan::Kind::on_demand;
}

UniqueFd duplicate(const UniqueFd& fd) {
  UniqueFd made(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  if (!made) throw_no_descriptors();
  return made;
}

constexpr pollfd nothing = {.fd = -1, .events = 0, .revents = 0};

}  // namespace

ProgramStreams::ProgramStreams(bool relay_output, const std::function<RewriteOutput()>& rewrite_output)
    : terminal_(make_terminal(relay_output)), loan_(kind_of_loan(relay_output, terminal_.has_value())) {
  const bool are_one =
      are_same_file(STDOUT_FILENO, STDERR_FILENO) || are_same_terminal(STDOUT_FILENO, STDERR_FILENO);
  if (!relay_output || !are_one)
    out_ = make_relay(STDOUT_FILENO, relay_output, rewrite_output, out_of_program_);
  err_ = make_relay(STDERR_FILENO, relay_output, rewrite_output, err_of_program_);
  if (terminal_ && are_same_terminal(STDIN_FILENO, STDOUT_FILENO))
    keyboard_.emplace(STDIN_FILENO, terminal_->ours.get());
  if (relay_output)
    log_.emplace();
  else
    in_of_program_.reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

/// `of_program` stays empty where it is the terminal.
Relay ProgramStreams::make_relay(int ours, bool relay_output,
                                 const std::function<RewriteOutput()>& rewrite_output, UniqueFd& of_program) {
  RewriteOutput rewrite = rewrite_output ? rewrite_output() : nullptr;
  auto sink = relay_output ? std::optional<OutputStream>(ours) : std::nullopt;
  if (terminal_ && are_same_terminal(ours, *output_terminal()))
    return {duplicate(terminal_->ours), std::move(sink), std::move(rewrite)};
  Pipe pipe = make_pipe();
  of_program = std::move(pipe.write_end);
  return {std::move(pipe.read_end), std::move(sink), std::move(rewrite)};
}

ProgramStreams::~ProgramStreams() {
  if (err_->is_inside_line()) log_is_inside_line();
}

ProcessStreams ProgramStreams::lend() {
  const auto end = [&](const UniqueFd& pipe) { return pipe ? pipe.get() : terminal_->theirs.get(); };
  const int err = end(err_of_program_);
  ProcessStreams streams = {.out = out_ ? end(out_of_program_) : err, .err = err};
  if (terminal_) streams.own_terminal = terminal_->theirs.get();
  if (keyboard_) streams.in = terminal_->theirs.get();
  if (in_of_program_) streams.in = in_of_program_.get();
  loan_.lend_keys();
  return streams;
}

void ProgramStreams::program_has_them() {
  out_of_program_.reset();
  err_of_program_.reset();
  in_of_program_.reset();
  // The terminal stays: it would end when the program has closed it, which may open it again as /dev/tty.
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
  err_->put_between_lines(log_->take());
}

void ProgramStreams::follow_window_size() {
  if (const auto ours = output_terminal(); ours && terminal_) copy_window_size(*ours, terminal_->ours.get());
}

void ProgramStreams::end_after_pending() {
  if (log_) put_log();
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

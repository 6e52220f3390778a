#include "sm_train/distributed/rank_end.hpp"

#include <charconv>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/failure_report/torchrun_summary.hpp"
#include "sm_train/contract/signal_name.hpp"

namespace sm_train {

namespace {

/// The number right behind `word`, after `start`.
std::optional<int> number_after(std::string_view text, std::string_view word, std::size_t start = 0) {
  const auto found = text.find(word, start);
  if (found == std::string_view::npos) return std::nullopt;
  std::size_t digits = found + word.size();
  while (digits < text.size() && text[digits] == ' ') ++digits;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data() + digits, text.data() + text.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

/// "  Process name: [[41110,1],1]\n  Exit code:    7"
std::optional<RankEnd> find_exit(std::string_view text) {
  const auto banner = text.rfind("The first process to do so was:");
  if (banner == std::string_view::npos) return std::nullopt;
  const auto rank = number_after(text, "],", banner);
  const auto code = number_after(text, "Exit code:", banner);
  if (!rank || !code) return std::nullopt;
  return RankEnd{.rank = *rank, .end = Exited{*code}};
}

/// "mpirun noticed that process rank 1 with PID 723 on node algo-2 exited on signal 9 (Killed)."
std::optional<RankEnd> find_kill(std::string_view text) {
  const auto banner = text.rfind("noticed that process rank ");
  if (banner == std::string_view::npos) return std::nullopt;
  const auto rank = number_after(text, "process rank ", banner);
  const auto signal = number_after(text, "exited on signal ", banner);
  if (!rank || !signal) return std::nullopt;
  return RankEnd{.rank = *rank, .end = Killed{*signal}};
}

/// "MPI_ABORT was invoked on rank 0 in communicator MPI_COMM_WORLD\nwith errorcode 3."
std::optional<RankEnd> find_abort(std::string_view text) {
  const auto banner = text.rfind("MPI_ABORT was invoked on rank ");
  if (banner == std::string_view::npos) return std::nullopt;
  const auto rank = number_after(text, "invoked on rank ", banner);
  const auto code = number_after(text, "with errorcode ", banner);
  if (!rank || !code) return std::nullopt;
  return RankEnd{.rank = *rank, .end = Exited{*code}, .ended_all = true};
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::istringstream stream{std::string(text)}; !stream.eof();)
    std::getline(stream, lines.emplace_back());
  return lines;
}

}  // namespace

std::optional<RankEnd> find_rank_end_of_mpirun(std::string_view stderr_tail) {
  for (const auto find : {find_abort, find_kill, find_exit})
    if (auto end = find(stderr_tail)) return end;
  return std::nullopt;
}

std::optional<RankEnd> find_rank_end_of_torchrun(std::string_view stderr_tail) {
  const auto summary = stderr_tail.rfind("Root Cause");
  if (summary == std::string_view::npos) return std::nullopt;
  const TorchrunRootCause cause = read_torchrun_summary(lines_of(stderr_tail.substr(summary)));
  if (cause.rank < 0) return std::nullopt;
  RankEnd end = {.rank = cause.rank, .end = Exited{cause.exit_code}};
  if (cause.exit_code < 0) end.end = Killed{-cause.exit_code};
  return end;
}

std::string described(const RankEnd& end, const HostOfRank& host_of_rank) {
  const std::string host = host_of_rank(end.rank);
  std::string text = fmt::format("Rank {}{} ", end.rank, host.empty() ? "" : " on " + host);
  if (const auto* killed = std::get_if<Killed>(&end.end))
    return text + fmt::format("was killed by {}.", signal_name(killed->signal));
  return text + fmt::format("{} with code {}.", end.ended_all ? "ended the job" : "exited",
                            std::get<Exited>(end.end).code);
}

}  // namespace sm_train

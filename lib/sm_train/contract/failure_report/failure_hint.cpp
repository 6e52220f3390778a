#include "sm_train/contract/failure_report/failure_hint.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <initializer_list>

#include <fmt/format.h>

#include "sm_train/contract/byte_size.hpp"
#include "sm_train/contract/failure_report/option_hint.hpp"
#include "sm_train/contract/failure_report/text_lines.hpp"
#include "sm_train/contract/signal_name.hpp"
#include "sm_train/contract/unicode.hpp"

namespace sm_train {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t most_hint_characters = 400;

/// All that a rule decides by.
struct Evidence {
  const Outcome& outcome;
  const ErrorMessage& message;
  std::string cause;  ///< cause_text, with a line break before each line: the rest may be warnings and code
  const FailureClues& clues;

  bool says(std::string_view text) const { return cause.find(text) != npos; }
  bool shows_one_of(std::initializer_list<std::string_view> texts) const {
    const std::string shown = joined(message.lines);
    return std::any_of(texts.begin(), texts.end(),
                       [&](std::string_view text) { return shown.find(text) != npos; });
  }
  bool exited_with(int code) const {
    const auto* exited = std::get_if<Exited>(&outcome.end);
    return exited != nullptr && exited->code == code;
  }
  bool killed_by(int signal) const {
    const auto* killed = std::get_if<Killed>(&outcome.end);
    return killed != nullptr && killed->signal == signal;
  }
};

constexpr const char* more_memory =
    "Choose an instance type with more memory, a smaller batch size, or fewer workers of the data loader.";

std::string stopped(const Evidence& e) {
  if (!e.outcome.told_to_end) return "";
  std::string text = "The job was stopped by " + signal_name(*e.outcome.told_to_end);
  if (e.outcome.told_to_end == SIGTERM)
    text +=
        " (StopTrainingJob, a time limit, a Spot interruption, or another host's failure): not the program's "
        "own fault";
  text += ".";
  if (e.killed_by(SIGKILL)) text += " It had not ended when its grace time was over (--grace-period).";
  return text;
}

std::string out_of_memory(const Evidence& e) {
  return e.outcome.out_of_memory ? more_memory : "";
}

std::string refused_option(const Evidence& e) {
  return option_hint(e.message, e.clues);
}

/// Words that tell the reason by themselves.
std::string known_words(const Evidence& e) {
  struct Known {
    std::string_view words;
    const char* hint;
  };
  constexpr const char* gpu_memory =
      "The GPU's memory ran out: choose a smaller batch size or model, a lower precision, gradient "
      "accumulation, or an instance type with more GPU memory.";
  constexpr const char* library =
      "The image lacks a shared library: install the package that brings it, or add its directory to "
      "LD_LIBRARY_PATH.";
  constexpr std::array<Known, 12> known = {{
      {"CUDA out of memory", gpu_memory},
      {"CUDA error: out of memory", gpu_memory},
      {"CUDA_ERROR_OUT_OF_MEMORY", gpu_memory},
      {"CUBLAS_STATUS_ALLOC_FAILED", gpu_memory},
      {"OOM when allocating tensor", gpu_memory},
      {"\nMemoryError", more_memory},
      {"Unable to allocate ", more_memory},
      {"std::bad_alloc", more_memory},
      {"Cannot allocate memory", more_memory},
      {"OutOfMemoryError: Java heap space", more_memory},
      {"error while loading shared libraries", library},
      {"cannot open shared object file", library},
  }};
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const Known& entry) { return e.says(entry.words); });
  return found == known.end() ? "" : found->hint;
}

const Volume* find_volume(const FailureClues& clues, std::string_view directory) {
  const auto found = std::find_if(clues.volumes.begin(), clues.volumes.end(),
                                  [&](const Volume& volume) { return volume.directory == directory; });
  return found == clues.volumes.end() ? nullptr : &*found;
}

std::string capitalized(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

constexpr const char* shared_memory_directory = "/dev/shm";

std::string shared_memory_hint(const FailureClues& clues) {
  const Volume* volume = find_volume(clues, shared_memory_directory);
  std::string room;
  if (volume != nullptr)
    // It is free again once the program has ended.
    room = is_full(*volume) ? ": " + described(*volume)
                            : " (/dev/shm holds " + byte_size_text(volume->size) + " in all)";
  return fmt::format(
      "Shared memory ran out{}. Lower num_workers of PyTorch's DataLoader, or give the container more "
      "(docker run --shm-size).",
      room);
}

std::string shared_memory(const Evidence& e) {
  constexpr std::array<std::string_view, 5> signs = {
      "insufficient shared memory", "out of shared memory", "unable to write to file </torch_",
      "unable to open shared memory object", "is killed by signal: Bus error"};
  if (std::any_of(signs.begin(), signs.end(), [&](std::string_view sign) { return e.says(sign); }))
    return shared_memory_hint(e.clues);
  const bool bus_error =
      e.killed_by(SIGBUS) || e.exited_with(128 + SIGBUS) || e.says("Bus error") || e.says("(SIGBUS)");
  const Volume* volume = find_volume(e.clues, shared_memory_directory);
  return bus_error && volume != nullptr && is_full(*volume) ? shared_memory_hint(e.clues) : "";
}

std::string volume_hint(const Volume& volume, const FailureClues& clues) {
  if (volume.directory == shared_memory_directory) return shared_memory_hint(clues);
  return fmt::format(
      "{}. Give the job a larger volume (VolumeSizeInGB), or let the program write less: keep fewer "
      "checkpoints, remove temporary files.",
      capitalized(described(volume)));
}

const Volume* first_full(const FailureClues& clues) {
  const auto full = std::find_if(clues.volumes.begin(), clues.volumes.end(), is_full);
  return full == clues.volumes.end() ? nullptr : &*full;
}

/// The volume that a line speaks of by a path on it, else one that is full; nullptr where neither is known.
const Volume* volume_meant(std::string_view line, const FailureClues& clues) {
  const Volume* meant = nullptr;
  for (const Volume& volume : clues.volumes) {
    const bool is_named = volume.directory.size() > 1 && line.find(volume.directory + "/") != npos;
    if (is_named && (meant == nullptr || meant->directory.size() < volume.directory.size())) meant = &volume;
  }
  return meant == nullptr ? first_full(clues) : meant;
}

std::string_view line_around(std::string_view text, std::size_t at) {
  const std::size_t start = text.rfind('\n', at) + 1;  // 0 where there is none
  return text.substr(start, text.find('\n', at) - start);
}

std::string disk_full(const Evidence& e) {
  constexpr std::array<std::string_view, 6> signs = {
      "No space left on device", "[Errno 28]", "errno = 28", "ENOSPC", "Disk quota exceeded", "[Errno 122]"};
  for (const std::string_view sign : signs) {
    const std::size_t at = e.cause.rfind(sign);
    if (at == npos) continue;
    const std::string_view line = line_around(e.cause, at);
    // inotify has a limit of its own, and tells of it by the same error.
    if (line.find("file watchers") != npos || line.find("inotify") != npos) continue;
    if (const Volume* volume = volume_meant(line, e.clues)) return volume_hint(*volume, e.clues);
    return "A volume was full: give the job a larger one (VolumeSizeInGB), or let the program write less.";
  }
  return "";
}

std::string full_volume(const Evidence& e) {
  const Volume* full = first_full(e.clues);
  return full == nullptr ? "" : volume_hint(*full, e.clues);
}

std::string likely_out_of_memory(const Evidence& e) {
  const bool is_killed = e.killed_by(SIGKILL) || e.exited_with(128 + SIGKILL) || e.says("(SIGKILL)") ||
                         e.says("signal 9 (Killed)") || e.says("is killed by signal: Killed");
  if (!is_killed) return "";
  return std::string("SIGKILL that nobody here has sent: likely the kernel's, as memory ran out. ") +
         more_memory;
}

std::string exit_code_of_a_shell(const Evidence& e) {
  // A program may choose these codes itself, while a shell always says why.
  if (e.exited_with(126) &&
      e.shows_one_of({"ermission denied", "annot execute", "Exec format error", "Is a directory"}))
    return "Exit code 126: a command could not be executed. Check its permission (chmod +x), its #! line, "
           "and that it is built for this machine.";
  if (e.exited_with(127) && e.shows_one_of({"not found", "No such file or directory"}))
    return "Exit code 127: a command was not found. Check its name and PATH, and that the image has it.";
  const auto* exited = std::get_if<Exited>(&e.outcome.end);
  if (exited == nullptr || exited->code <= 128 || exited->code > 128 + SIGSYS) return "";
  return fmt::format("Exit code {} is 128 + {}, which often means that {} killed a process of the program.",
                     exited->code, exited->code - 128, signal_name(exited->code - 128));
}

/// Names and paths may hold anything.
std::string as_one_line(const std::string& hint) {
  std::string line = clip_utf8(hint, most_hint_characters);
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return line;
}

constexpr std::array<std::string (*)(const Evidence&), 9> rules = {
    stopped,   out_of_memory, refused_option,       known_words,         shared_memory,
    disk_full, full_volume,   likely_out_of_memory, exit_code_of_a_shell};

}  // namespace

FailureClues clues_of(const Environment& environment, const ArgumentOptions& arguments) {
  FailureClues clues{
      .channels = {}, .hyperparameters = environment.hyperparameters, .arguments = arguments, .volumes = {}};
  for (const auto& [channel, directory] : environment.channel_input_dirs) clues.channels.push_back(channel);
  return clues;
}

std::string failure_hint(const Outcome& outcome, const ErrorMessage& message, const FailureClues& clues) {
  const Evidence evidence{
      .outcome = outcome, .message = message, .cause = "\n" + cause_text(message), .clues = clues};
  for (const auto rule : rules)
    if (const std::string hint = rule(evidence); !hint.empty()) return as_one_line(hint);
  return "";
}

}  // namespace sm_train

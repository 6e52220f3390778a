#include "sm_train/stages/intermediate.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <poll.h>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sm_train/aws/s3_upload.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/log.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

using Clock = std::chrono::steady_clock;

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw Error(errno_failure(error.value(), Access::write, "make " + directory.native()));
}

MakeUpload upload_to(const S3Uri& prefix, const EnvVars& env) {
  return [prefix, env](const Interrupt& stop) -> UploadFile {
    const auto uploader = std::make_shared<S3Uploader>(S3Options{.env = env}, stop, 2);
    return [prefix, uploader](const fs::path& file, const std::string& path) {
      S3Uri uri = prefix;
      uri.key += path;
      return uploader->upload(file, uri);
    };
  };
}

std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{:.1f} s", std::chrono::duration<double>(time).count());
}

/// Until all is uploaded, or the time is over. Whoever asks twice to end waits no more.
void wait(const IntermediateOutput& output, Signals& signals, Clock::time_point end,
          std::chrono::milliseconds grace) {
  // Shorter waits are not worth a line.
  auto tell_at = Clock::now() + std::chrono::seconds(2);
  std::array<pollfd, 2> waited = {pollfd{.fd = output.finished_fd(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = signals.fd(), .events = POLLIN, .revents = 0}};
  while (waited[0].revents == 0) {
    const auto now = Clock::now();
    if (now >= end) return;
    if (now >= tell_at) {
      log(LogLevel::info,
          fmt::format("uploading the rest of the intermediate output, {} files, for {} at most",
                      output.left().size(), seconds(std::chrono::ceil<std::chrono::seconds>(end - now))));
      tell_at = Clock::time_point::max();
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(std::min(end, tell_at) - now);
    ::poll(waited.data(), waited.size(), static_cast<int>(left.count()));
    while (const auto signal = signals.take()) {
      if (!asks_to_end(*signal)) continue;
      end = std::min(end, Clock::now() + grace);
      grace = std::chrono::milliseconds(0);
    }
  }
}

/// All of them, as somebody may have to fetch them by hand.
void name_those_left(const IntermediateOutput& output, std::chrono::milliseconds limit) {
  const auto left = output.left();
  if (left.empty()) return;
  const std::string error = output.last_error();
  log(LogLevel::warning, fmt::format("of the intermediate output {} {} not uploaded {}:", left.size(),
                                     left.size() == 1 ? "file was" : "files were",
                                     error.empty() ? fmt::format("within {}", seconds(limit))
                                                   : fmt::format("(the last error: {})", error)));
  constexpr std::size_t in_a_line = 20;
  for (std::size_t i = 0; i < left.size(); i += in_a_line) {
    std::vector<std::string> names(
        left.begin() + static_cast<std::ptrdiff_t>(i),
        left.begin() + static_cast<std::ptrdiff_t>(std::min(i + in_a_line, left.size())));
    std::transform(names.begin(), names.end(), names.begin(), plain_or_quoted);
    log(LogLevel::warning, fmt::format("not uploaded: {}", fmt::join(names, ", ")));
  }
}

}  // namespace

S3Uri intermediate_prefix(const std::string& s3_output, const std::string& job_name) {
  S3Uri uri = parse_s3_uri(s3_output.ends_with('/') ? s3_output : s3_output + '/');
  if (!job_name.empty()) uri.key += job_name + '/';
  uri.key += "output/intermediate/";
  return uri;
}

std::unique_ptr<IntermediateOutput> start_intermediate_output(const std::optional<std::string>& s3_output,
                                                              const Environment& environment,
                                                              const EnvVars& env) try {
  const fs::path directory = os_bytes(environment.output_intermediate_dir, "The base path");
  std::error_code ignored;
  if (!s3_output || s3_output->empty()) return nullptr;
  if (fs::exists(directory, ignored)) {
    log(LogLevel::info,
        fmt::format("{} was there before the job: what is in it is not uploaded, as the platform does that",
                    directory.native()));
    return nullptr;
  }
  make_directory(directory);
  if (s3_output->starts_with("file://")) return nullptr;
  const S3Uri prefix = intermediate_prefix(os_bytes(*s3_output, "sagemaker_s3_output"),
                                           os_bytes(environment.job_name.value_or(""), "TRAINING_JOB_NAME"));
  auto output = std::make_unique<IntermediateOutput>(directory, upload_to(prefix, env));
  log(LogLevel::info, fmt::format("{} goes to {}", directory.native(), to_string(prefix)));
  return output;
} catch (const std::exception& error) {
  log(LogLevel::warning, fmt::format("intermediate output is not uploaded: {}", error.what()));
  return nullptr;
}

void flush(IntermediateOutput& output, Signals& signals, std::chrono::milliseconds limit,
           std::chrono::milliseconds grace) try {
  const auto begin = Clock::now();
  if (const auto since = signals.since_told_to_end()) {
    limit = std::max(std::chrono::milliseconds(0), std::min(limit, grace - *since));
    grace = std::chrono::milliseconds(0);  // who asks again waits no more
  }
  output.finish();
  wait(output, signals, begin + limit, grace);
  name_those_left(output, std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - begin));
} catch (const std::exception& error) {
  log(LogLevel::warning, fmt::format("intermediate output is not uploaded: {}", error.what()));
}

}  // namespace sm_train

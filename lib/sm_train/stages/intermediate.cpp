#include "sm_train/stages/intermediate.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <poll.h>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "sm_train/aws/s3_upload.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/list_some.hpp"
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
      uploader->upload(file, uri);
    };
  };
}

bool asks_to_end(int signal) {
  return signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT;
}

/// Until all is uploaded, or the time is over.
void wait(const IntermediateOutput& output, Signals& signals, Clock::time_point end,
          std::chrono::milliseconds grace) {
  std::array<pollfd, 2> waited = {pollfd{.fd = output.finished_fd(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = signals.fd(), .events = POLLIN, .revents = 0}};
  while (waited[0].revents == 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return;
    ::poll(waited.data(), waited.size(), static_cast<int>(left.count()));
    while (const auto signal = signals.take())
      if (asks_to_end(*signal)) end = std::min(end, Clock::now() + grace);
  }
}

}  // namespace

S3Uri intermediate_prefix(const std::string& s3_output, const std::string& job_name) {
  const auto joined = [](std::string path, const std::string& more) {
    return path.empty() || path.ends_with('/') ? path + more : path + '/' + more;
  };
  std::string uri = joined(s3_output, "");
  if (!job_name.empty()) uri += job_name + '/';
  return parse_s3_uri(uri + "output/intermediate/");
}

std::unique_ptr<IntermediateOutput> start_intermediate_output(const std::optional<std::string>& s3_output,
                                                              const Environment& environment,
                                                              const EnvVars& env) try {
  const fs::path directory = os_bytes(environment.output_intermediate_dir, "The base path");
  std::error_code ignored;
  if (!s3_output || s3_output->empty()) return nullptr;
  if (fs::exists(directory, ignored)) {
    log(LogLevel::debug, fmt::format("{} is there: the platform looks after it", directory.native()));
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
  const auto end = Clock::now() + limit;
  output.finish();
  wait(output, signals, end, grace);
  const auto left = output.left();
  if (!left.empty())
    log(LogLevel::warning, fmt::format("of the intermediate output {} {} not uploaded: {}", left.size(),
                                       left.size() == 1 ? "file was" : "files were", list_some(left)));
} catch (const std::exception& error) {
  log(LogLevel::warning, fmt::format("intermediate output is not uploaded: {}", error.what()));
}

}  // namespace sm_train

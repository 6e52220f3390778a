#include "sm_train/aws/s3_upload.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sm_train/aws/s3_client.hpp"
#include "sm_train/aws/s3_naming.hpp"
#include "sm_train/aws/xml.hpp"
#include "sm_train/system/deadline.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/task_pool.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t usual_part = 8 * mebibyte;
constexpr std::uint64_t max_parts = 10'000;

std::uint64_t part_size_of(std::uint64_t file_size) {
  const auto least = (file_size + max_parts - 1) / max_parts;
  return std::max(usual_part, (least + mebibyte - 1) / mebibyte * mebibyte);
}

/// The file was written while it was read, so that what was read is no version of it.
struct FileChanged : std::exception {
  const char* what() const noexcept override { return "the file was written while it was uploaded"; }
};

/// The file as it is when it is opened.
class UploadedFile {
 public:
  explicit UploadedFile(const std::filesystem::path& path)
      : path_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    struct stat status = {};
    if (!fd_ || ::fstat(fd_.get(), &status) != 0) fail(errno);
    if (!S_ISREG(status.st_mode))
      throw Error({.cause = Cause::bad_data,
                   .what = fmt::format("{} is no regular file, and cannot be uploaded", path.native()),
                   .remedy = "Name a regular file."});
    size_ = static_cast<std::uint64_t>(status.st_size);
    written_ = status.st_mtim;
  }

  std::uint64_t size() const { return size_; }

  /// Throws FileChanged where it is no longer as it was.
  std::string read(std::uint64_t offset, std::uint64_t size) const {
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < size;) {
      const ssize_t got =
          ::pread(fd_.get(), bytes.data() + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(errno);
      if (got == 0) throw FileChanged();
      done += static_cast<std::size_t>(got);
    }
    require_unchanged();
    return bytes;
  }

 private:
  void require_unchanged() const {
    struct stat status = {};
    if (::fstat(fd_.get(), &status) != 0) fail(errno);
    if (static_cast<std::uint64_t>(status.st_size) != size_ || status.st_mtim.tv_sec != written_.tv_sec ||
        status.st_mtim.tv_nsec != written_.tv_nsec)
      throw FileChanged();
  }

  [[noreturn]] void fail(int error) const {
    throw Error(errno_failure(error, Access::read, "read " + path_.native()));
  }

  std::filesystem::path path_;
  UniqueFd fd_;
  std::uint64_t size_ = 0;
  timespec written_ = {};
};

class MultipartUpload {
 public:
  MultipartUpload(const UploadedFile& file, S3Client& client, const S3Uri& uri, unsigned connections)
      : file_(file),
        client_(client),
        uri_(uri),
        connections_(connections),
        part_size_(part_size_of(file.size())),
        etags_((file.size() + part_size_ - 1) / part_size_) {
    const auto response = client_.send({.method = "POST",
                                        .uri = uri_,
                                        .query = {{"uploads", ""}},
                                        .headers = object_headers(client_.options())});
    id_ = xml_element(response.body, "UploadId");
    if (id_.empty())
      throw Error({.cause = Cause::unavailable,
                   .what = "the service's answer to an upload in parts has no UploadId",
                   .remedy = "Check that the endpoint is one of S3."});
  }

  void run() {
    try {
      send_parts();
      complete();
    } catch (...) {
      give_up();
      throw;
    }
  }

 private:
  void send_parts() {
    std::vector<S3Client> clients;
    for (unsigned i = 0; i < connections_; ++i) clients.push_back(client_.on_another_thread());
    TaskPool pool(connections_, client_.interrupt());
    for (std::size_t index = 0; index < etags_.size(); ++index)
      pool.post([&, index](unsigned thread, const Interrupt& stop) {
        clients[thread].set_interrupt(stop);
        etags_[index] = send_part(clients[thread], index);
      });
    pool.finish();
  }

  std::string send_part(S3Client& client, std::size_t index) const {
    const auto offset = index * part_size_;
    const auto response =
        client.send({.method = "PUT",
                     .uri = uri_,
                     .query = {{"partNumber", std::to_string(index + 1)}, {"uploadId", id_}},
                     .headers = object_headers(client.options()),
                     .body = file_.read(offset, std::min(part_size_, file_.size() - offset))});
    return std::string(find_header(response.headers, "ETag"));
  }

  void complete() {
    std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (std::size_t index = 0; index < etags_.size(); ++index)
      body +=
          fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", index + 1, etags_[index]);
    body += "</CompleteMultipartUpload>";
    const S3Request request = {.method = "POST",
                               .uri = uri_,
                               .query = {{"uploadId", id_}},
                               .headers = payer_headers(client_.options()),
                               .body = std::move(body)};
    Retries retries(client_.options());
    // S3 may say 200 first and find an error later.
    // Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
    while (true) {
      const auto response = client_.send(request);
      if (response.body.find("<Error>") == std::string::npos) return;
      const auto error = read_s3_error(response.status, response.headers, response.body);
      if (!is_retryable(0, error.code)) throw Error(failure_of(error));
      retries.wait_after(failure_of(error), client_.interrupt());
    }
  }

  /// Parts that nobody completes are kept, and paid for. What ended the upload is the error to tell; where
  /// that is an interrupt, it waits for this no longer than two seconds.
  void give_up() noexcept {
    try {
      S3Client last = client_.on_another_thread();
      last.hurry();
      last.set_interrupt(with_deadline({}, std::chrono::seconds(2), {.what = "too late", .remedy = ""}));
      last.send({.method = "DELETE",
                 .uri = uri_,
                 .query = {{"uploadId", id_}},
                 .headers = payer_headers(client_.options())});
    } catch (...) {
      return;
    }
  }

  const UploadedFile& file_;
  S3Client& client_;
  S3Uri uri_;
  unsigned connections_;
  std::uint64_t part_size_;
  std::vector<std::string> etags_;
  std::string id_;
};

}  // namespace

S3Uploader::S3Uploader(const S3Options& options, const Interrupt& interrupt, unsigned connections)
    : client_(std::make_unique<S3Client>(options, interrupt)), connections_(connections) {}

S3Uploader::~S3Uploader() = default;

bool S3Uploader::upload(const std::filesystem::path& path, const S3Uri& uri) try {
  naming(to_string(uri), [&] {
    const UploadedFile file(path);
    if (file.size() > usual_part) return MultipartUpload(file, *client_, uri, connections_).run();
    client_->send({.method = "PUT",
                   .uri = uri,
                   .headers = object_headers(client_->options()),
                   .body = file.read(0, file.size())});
  });
  return true;
} catch (const FileChanged&) {
  return false;
}

void upload_file_to_s3(const std::filesystem::path& path, const S3Uri& uri, const S3Options& options,
                       const Interrupt& interrupt) {
  naming(to_string(uri), [&] {
    if (S3Uploader(options, interrupt).upload(path, uri)) return;
    throw Error({.cause = Cause::bad_data,
                 .what = fmt::format("{} was written while it was uploaded", path.native()),
                 .remedy = "Upload it when nobody writes it."});
  });
}

}  // namespace sm_train

#include "sm_train/aws/s3.hpp"

#include <cstdint>
#include <memory>
#include <optional>

#include <fmt/core.h>

#include "sm_train/aws/s3_error.hpp"
#include "sm_train/aws/s3_request.hpp"
#include "sm_train/system/checksum.hpp"
#include "sm_train/system/digest.hpp"
#include "sm_train/system/wait.hpp"

namespace sm_train {

namespace {

using std::chrono::system_clock;

// The MD5 that the ETag is; empty where it is none: an object of several parts, or one under SSE-KMS or
// SSE-C. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
std::string md5_in(const HttpHeaders& headers) {
  const auto etag = find_header(headers, "ETag");
  const auto encryption = find_header(headers, "x-amz-server-side-encryption");
  const bool is_md5 = (encryption.empty() || encryption == "AES256") &&
                      find_header(headers, "x-amz-server-side-encryption-customer-algorithm").empty();
  constexpr std::size_t quoted_size = 34;
  if (!is_md5 || etag.size() != quoted_size || etag.front() != '"' || etag.back() != '"') return "";
  const auto digits = etag.substr(1, quoted_size - 2);
  return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos ? std::string(digits) : "";
}

// One object's way here, over as many requests as it takes.
class S3Download {
 public:
  S3Download(const S3Options& options, S3Uri uri, Interrupt interrupt)
      : options_(options),
        uri_(std::move(uri)),
        interrupt_(std::move(interrupt)),
        access_(find_s3_access(options_.env, options_.backoff, interrupt_)) {
    open();
  }

  std::string_view read();

 private:
  void open();
  void send();
  HttpRequest next_request();
  void accept_start();
  void accept_rest() const;
  void handle(const S3Error& error, const HttpHeaders& headers);
  bool correct_region(const S3Error& error);
  bool correct_clock(const S3Error& error, const HttpHeaders& headers);
  bool correct_token(const S3Error& error);
  void back_off(const Failure& failure);
  void check_md5();

  S3Options options_;
  S3Uri uri_;
  Interrupt interrupt_;
  S3Access access_;

  std::optional<HttpStream> stream_;
  std::uint64_t offset_ = 0;  // the bytes that were given
  std::string etag_;
  std::string expected_md5_;
  Checksum md5_{ChecksumAlgorithm::md5};
  int failures_ = 0;  // since the last byte
  bool region_corrected_ = false;
  bool clock_corrected_ = false;
  bool token_corrected_ = false;  // since the last byte
  bool ended_ = false;
};

std::string_view S3Download::read() {
  while (!ended_) {
    open();
    try {
      const auto block = stream_->read();
      if (block.empty()) {
        ended_ = true;
        check_md5();
        return {};
      }
      offset_ += block.size();
      failures_ = 0;
      token_corrected_ = false;
      md5_.update(block);
      return block;
    } catch (const TransportError& error) {
      stream_.reset();
      back_off(error.failure());
    }
  }
  return {};
}

void S3Download::open() {
  while (!stream_) {
    try {
      send();
    } catch (const TransportError& error) {
      stream_.reset();
      back_off(error.failure());
    }
  }
}

void S3Download::send() {
  stream_.emplace(next_request(), interrupt_);
  if (stream_->status() == 200 || stream_->status() == 206) {
    offset_ == 0 ? accept_start() : accept_rest();
    return;
  }
  const auto headers = stream_->headers();
  const auto error = read_s3_error(stream_->status(), headers, read_body(*stream_));
  stream_.reset();
  handle(error, headers);
}

HttpRequest S3Download::next_request() {
  refresh_credentials(access_, system_clock::now(), interrupt_);
  HttpHeaders headers;
  if (offset_ > 0) headers = {{"Range", fmt::format("bytes={}-", offset_)}, {"If-Match", etag_}};
  auto request = make_get(access_, uri_, std::move(headers), system_clock::now());
  request.connect_timeout = options_.connect_timeout;
  request.stall_timeout = options_.stall_timeout;
  return request;
}

void S3Download::accept_start() {
  etag_ = find_header(stream_->headers(), "ETag");
  expected_md5_ = md5_in(stream_->headers());
}

// A server, or a proxy before it, may know neither Range nor If-Match.
void S3Download::accept_rest() const {
  const auto range = find_header(stream_->headers(), "Content-Range");
  if (stream_->status() != 206 || !range.starts_with(fmt::format("bytes {}-", offset_)))
    throw Error(
        {.cause = Cause::unavailable,
         .what = fmt::format("the transfer broke at byte {}, and the service does not resume it there "
                             "(status {}, Content-Range \"{}\").",
                             offset_, stream_->status(), range),
         .remedy = "Check the endpoint and the proxies on the way to it, or run again."});
  if (find_header(stream_->headers(), "ETag") != etag_) throw Error(failure_of({.status = 412}));
}

void S3Download::handle(const S3Error& error, const HttpHeaders& headers) {
  if (correct_region(error) || correct_clock(error, headers) || correct_token(error)) return;
  if (!is_retryable(error.status, error.code)) throw Error(failure_of(error));
  back_off(failure_of(error));
}

bool S3Download::correct_region(const S3Error& error) {
  if (region_corrected_ || !is_wrong_region(error) || error.region == access_.region) return false;
  region_corrected_ = true;
  access_.region = error.region;
  if (!access_.endpoint.is_custom) access_.endpoint = aws_s3_endpoint(error.region, access_.endpoint.variant);
  return true;
}

bool S3Download::correct_clock(const S3Error& error, const HttpHeaders& headers) {
  if (clock_corrected_ || error.code != "RequestTimeTooSkewed") return false;
  const auto service_time = parse_http_date(find_header(headers, "Date"));
  if (!service_time) return false;
  clock_corrected_ = true;
  access_.clock_skew = *service_time - system_clock::now();
  return true;
}

bool S3Download::correct_token(const S3Error& error) {
  if (token_corrected_ || !is_expired_token(error)) return false;
  token_corrected_ = true;
  return renew_credentials(access_, system_clock::now(), interrupt_);
}

void S3Download::back_off(const Failure& failure) {
  ++failures_;
  // Without an ETag the rest could be that of another object.
  const bool can_resume = offset_ == 0 || !etag_.empty();
  if (failures_ < options_.attempts && can_resume) return wait_for(options_.backoff(failures_), interrupt_);
  const auto where = offset_ == 0 ? "" : fmt::format(" at byte {}", offset_);
  throw Error({.cause = Cause::unavailable,
               .what = fmt::format("given up{} after {} attempts: {}", where, failures_, failure.what),
               .remedy = failure.remedy});
}

void S3Download::check_md5() {
  if (expected_md5_.empty()) return;
  const auto md5 = to_hex(md5_.finish());
  if (md5 == expected_md5_) return;
  throw Error(
      {.cause = Cause::bad_data,
       .what = fmt::format("its {} bytes have the MD5 {}, and its ETag is {}.", offset_, md5, expected_md5_),
       .remedy = "Run again; where it stays so, put the object anew."});
}

// What went wrong on the way to an object, wherever that was, is told with the object's name.
template <typename Step>
auto naming(const std::string& uri, const Step& step) {
  try {
    return step();
  } catch (const Error& error) {
    auto failure = error.failure();
    failure.what = fmt::format("{}: {}", uri, failure.what);
    throw Error(std::move(failure));
  }
}

}  // namespace

S3Object open_s3_object(const S3Uri& uri, const S3Options& options, const Interrupt& interrupt) {
  const auto name = to_string(uri);
  auto download = naming(name, [&] { return std::make_shared<S3Download>(options, uri, interrupt); });
  return {.bytes = [download, name] { return naming(name, [&] { return download->read(); }); }};
}

}  // namespace sm_train

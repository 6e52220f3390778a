#include "sm_train/aws/s3_client.hpp"

#include <utility>

#include <fmt/core.h>

#include "sm_train/system/digest.hpp"
#include "sm_train/system/wait.hpp"

namespace sm_train {

using std::chrono::system_clock;

namespace {

constexpr std::size_t max_error_body = std::size_t{64} << 10U;

}  // namespace

void Retries::wait_after(const Failure& failure, const Interrupt& interrupt) {
  ++failures_;
  if (failures_ < attempts_) return wait_for(backoff_(failures_), interrupt);
  throw Error({.cause = Cause::unavailable,
               .what = fmt::format("given up after {} {}: {}", failures_,
                                   failures_ == 1 ? "attempt" : "attempts", failure.what),
               .remedy = failure.remedy});
}

S3Client::S3Client(S3Options options, Interrupt interrupt)
    : options_(std::move(options)),
      interrupt_(std::move(interrupt)),
      access_(find_s3_access(options_.env, options_.backoff, interrupt_)) {
  if (!options_.sse_customer_key.empty() && !access_.endpoint.url.starts_with("https://"))
    throw Error(
        {.cause = Cause::bad_config,
         .what = fmt::format("the key of SSE-C would be sent in the clear to {}.", access_.endpoint.url),
         .remedy = "Name an https:// endpoint."});
}

S3Client S3Client::on_another_thread() const {
  S3Client other = *this;
  other.connections_ = {};
  return other;
}

void S3Client::hurry() {
  options_.attempts = 1;
  options_.connect_timeout = options_.stall_timeout = std::chrono::seconds(3);
}

HttpStream S3Client::open(const S3Request& request, Retries& retries) {
  while (true) {
    try {
      HttpStream stream(next_request(request), interrupt_, connections_);
      if (stream.status() / 100 == 2) {
        token_corrected_ = false;
        return stream;
      }
      const auto error =
          read_s3_error(stream.status(), stream.headers(), read_body_start(stream, max_error_body));
      handle(error, stream.headers(), retries);
    } catch (const TransportError& error) {
      retries.wait_after(error.failure(), interrupt_);
    }
  }
}

HttpResponse S3Client::send(const S3Request& request, std::size_t max_body) {
  Retries retries(options_);
  while (true) {
    auto stream = open(request, retries);
    try {
      auto body = read_body(stream, max_body);
      return {.status = stream.status(), .headers = stream.headers(), .body = std::move(body)};
    } catch (const TransportError& error) {
      retries.wait_after(error.failure(), interrupt_);
    }
  }
}

HttpRequest S3Client::next_request(const S3Request& request) {
  refresh_credentials(access_, system_clock::now(), interrupt_);
  auto signed_request = make_request(access_, request, system_clock::now());
  signed_request.connect_timeout = options_.connect_timeout;
  signed_request.stall_timeout = options_.stall_timeout;
  return signed_request;
}

void S3Client::handle(const S3Error& error, const HttpHeaders& headers, Retries& retries) {
  if (correct_region(error) || correct_clock(error, headers) || correct_token(error)) return;
  if (error.status == 412) throw S3Mismatch(failure_of(error));
  if (!is_retryable(error.status, error.code)) throw Error(failure_of(error));
  retries.wait_after(failure_of(error), interrupt_);
}

bool S3Client::correct_region(const S3Error& error) {
  if (region_corrected_ || !is_wrong_region(error) || error.region == access_.region) return false;
  region_corrected_ = true;
  access_.region = error.region;
  if (!access_.endpoint.is_custom) access_.endpoint = aws_s3_endpoint(error.region, access_.endpoint.variant);
  return true;
}

bool S3Client::correct_clock(const S3Error& error, const HttpHeaders& headers) {
  if (clock_corrected_ || error.code != "RequestTimeTooSkewed") return false;
  const auto service_time = parse_http_date(find_header(headers, "Date"));
  if (!service_time) return false;
  clock_corrected_ = true;
  access_.clock_skew = *service_time - system_clock::now();
  return true;
}

bool S3Client::correct_token(const S3Error& error) {
  if (token_corrected_ || !is_expired_token(error)) return false;
  token_corrected_ = true;
  return renew_credentials(access_, system_clock::now(), interrupt_);
}

HttpHeaders payer_headers(const S3Options& options) {
  if (!options.requester_pays) return {};
  return {{"x-amz-request-payer", "requester"}};
}

HttpHeaders object_headers(const S3Options& options) {
  auto headers = payer_headers(options);
  if (!options.sse_customer_key.empty()) {
    const std::string prefix = "x-amz-server-side-encryption-customer-";
    Digest key_md5(DigestAlgorithm::md5);
    key_md5.update(options.sse_customer_key);
    headers.emplace_back(prefix + "algorithm", "AES256");
    headers.emplace_back(prefix + "key", to_base64(options.sse_customer_key));
    headers.emplace_back(prefix + "key-MD5", to_base64(key_md5.finish()));
  }
  return headers;
}

}  // namespace sm_train

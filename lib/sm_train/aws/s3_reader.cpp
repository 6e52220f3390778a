#include "sm_train/aws/s3_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/core.h>

namespace sm_train {

namespace {

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

struct ContentRange {
  std::uint64_t first;
  std::uint64_t size;  // of the whole object
};

// "bytes FIRST-LAST/SIZE"
// Source: RFC 9110, section 14.4
std::optional<ContentRange> parse_content_range(std::string_view text) {
  constexpr std::string_view unit = "bytes ";
  const auto slash = text.find('/');
  const auto dash = text.find('-');
  if (!text.starts_with(unit) || dash > slash || slash == std::string_view::npos) return std::nullopt;
  const auto first = to_number(text.substr(unit.size(), dash - unit.size()));
  const auto size = to_number(text.substr(slash + 1));
  if (!first || !size) return std::nullopt;
  return ContentRange{.first = *first, .size = *size};
}

// What S3 takes is 50 TB; this much leaves room for sums.
constexpr std::uint64_t max_object_size = std::uint64_t{1} << 60U;

constexpr const char* check_endpoint = "Check the endpoint and the proxies on the way to it, or run again.";

}  // namespace

S3Reader::S3Reader(std::shared_ptr<S3Client> client, S3Uri uri)
    : client_(std::move(client)), uri_(std::move(uri)), retries_(client_->options()) {
  send();
}

S3Reader::S3Reader(std::shared_ptr<S3Client> client, S3Uri uri, S3ObjectFacts facts, std::uint64_t begin,
                   std::uint64_t end)
    : client_(std::move(client)),
      uri_(std::move(uri)),
      facts_(std::move(facts)),
      is_known_(true),
      offset_(begin),
      end_(end),
      retries_(client_->options()) {}

void S3Reader::stop_at(std::uint64_t end) {
  end_ = end;
}

void S3Reader::set_interrupt(const Interrupt& interrupt) {
  if (stream_) stream_->set_interrupt(interrupt);
}

std::string_view S3Reader::read() {
  while (offset_ != end_) {
    try {
      if (!stream_) send();
      auto block = stream_->read();
      if (block.empty()) {
        come_to_end();
        continue;
      }
      if (end_) block = block.substr(0, *end_ - offset_);
      offset_ += block.size();
      retries_.came_further();
      return block;
    } catch (const TransportError& error) {
      stream_.reset();
      back_off(error.failure());
    }
  }
  stream_.reset();
  return {};
}

void S3Reader::send() {
  S3Request request = {.uri = uri_, .headers = object_headers(client_->options())};
  if (!is_known_) {
    request.headers.emplace_back(checksum_mode_header, "ENABLED");
  } else {
    const auto last = end_ ? std::to_string(*end_ - 1) : "";
    request.headers.emplace_back("Range", fmt::format("bytes={}-{}", offset_, last));
    request.headers.emplace_back("If-Match", facts_.etag);
  }
  stream_.emplace(client_->open(request, retries_));
  is_known_ ? accept_rest() : accept_whole();
}

void S3Reader::accept_whole() {
  if (stream_->status() != 200)
    throw Error({.cause = Cause::unavailable,
                 .what = fmt::format("the service answers {} where the whole object was asked for.",
                                     stream_->status()),
                 .remedy = check_endpoint});
  const auto& headers = stream_->headers();
  auto size = to_number(find_header(headers, "Content-Length"));
  if (size > max_object_size) size = std::nullopt;  // cannot be
  facts_ = {.size = size,
            .etag = std::string(find_header(headers, "ETag")),
            .has_ranges = find_header(headers, "Accept-Ranges") == "bytes",
            .checksum = find_checksum(headers)};
  end_ = facts_.size;
  is_known_ = true;
}

// A server, or a proxy before it, may know neither Range nor If-Match.
void S3Reader::accept_rest() const {
  const auto& headers = stream_->headers();
  const auto range = parse_content_range(find_header(headers, "Content-Range"));
  const bool is_whole = stream_->status() == 200 && offset_ == 0;
  const bool is_rest = stream_->status() == 206 && range && range->first == offset_;
  if (!is_whole && !is_rest)
    throw Error(
        {.cause = Cause::unavailable,
         .what = fmt::format("the service was asked for the bytes from {} on, and answers with others "
                             "(status {}, Content-Range \"{}\").",
                             offset_, stream_->status(), find_header(headers, "Content-Range")),
         .remedy = check_endpoint});
  if (find_header(headers, "ETag") != facts_.etag || (range && facts_.size && range->size != *facts_.size))
    throw S3Mismatch(failure_of({.status = 412}));
}

// Where the size was not told this is it; else the service gave less than it said.
void S3Reader::come_to_end() {
  stream_.reset();
  if (end_)
    back_off({.cause = Cause::unavailable,
              .what = fmt::format("the answer ended at byte {} of {}.", offset_, *end_),
              .remedy = check_endpoint});
  else
    end_ = offset_;
}

void S3Reader::back_off(const Failure& failure) {
  const auto where = offset_ == 0 ? "" : fmt::format("at byte {}: ", offset_);
  const Failure here = {.cause = failure.cause, .what = where + failure.what, .remedy = failure.remedy};
  // The rest could be that of another object.
  if (facts_.etag.empty()) throw Error(here);
  retries_.wait_after(here, client_->interrupt());
}

}  // namespace sm_train

#include "sm_train/system/http_stream.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <curl/curl.h>
#include <fmt/core.h>

#include "sm_train/system/certificates.hpp"
#include "sm_train/system/clock.hpp"
#include "sm_train/system/wait.hpp"

namespace sm_train {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A transfer pauses when this much waits to be read: enough to keep the wire busy, little enough to stay in
// cache.
constexpr std::size_t max_block = std::size_t{128} * 1024;
constexpr std::size_t max_header_bytes = std::size_t{256} * 1024;  // of all that an answer has
constexpr milliseconds longest_poll = std::chrono::seconds(1);

// CURL and CURLM are both void: each needs a deleter of its own.
struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// Before the first transfer and, as libcurl wants it, once in a process.
void initialize_curl() {
  static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (done != CURLE_OK)
    throw Error({.cause = Cause::internal, .what = "libcurl cannot be initialized.", .remedy = ""});
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// The failures that come again with each attempt; all others are TransportErrors.
struct LastingFailure {
  CURLcode code;
  Cause cause;
  const char* remedy;
};

constexpr const char* check_url = "Correct the setting that names this endpoint.";
constexpr const char* check_certificates =
    "Install the image's CA certificates (the package ca-certificates), or name a PEM file in AWS_CA_BUNDLE; "
    "one that has expired, or is another host's, is the service's to mend.";

constexpr std::array lasting_failures = {
    LastingFailure{CURLE_URL_MALFORMAT, Cause::bad_config, check_url},
    LastingFailure{CURLE_PEER_FAILED_VERIFICATION, Cause::unavailable, check_certificates},
    LastingFailure{CURLE_SSL_CACERT_BADFILE, Cause::bad_config, check_certificates},
    LastingFailure{CURLE_COULDNT_RESOLVE_PROXY, Cause::bad_config, "Correct HTTPS_PROXY, or unset it."},
    // Of a header of megabytes too, which is far likelier.
    LastingFailure{CURLE_OUT_OF_MEMORY, Cause::unavailable,
                   "The answer's headers are too large, or the container's memory is too small: check both."},
};

// A libcurl that was built for a distribution knows where that keeps its certificates; the one that a static
// program brings along does not.
bool knows_certificates(const curl_version_info_data& info) {
  return info.age < CURLVERSION_SEVENTH || info.cainfo != nullptr || info.capath != nullptr;
}

[[noreturn]] void throw_failure(CURLcode code, const std::string& origin, const std::string& detail) {
  const auto what = fmt::format("{}: {}.", origin, detail.empty() ? curl_easy_strerror(code) : detail);
  for (const auto& lasting : lasting_failures)
    if (lasting.code == code) throw Error({.cause = lasting.cause, .what = what, .remedy = lasting.remedy});
  throw TransportError(
      {.cause = Cause::unavailable,
       .what = what,
       .remedy = "Check that the host can be reached from this container (network, proxy, name)."});
}

}  // namespace

CaCertificates default_ca_certificates() {
  initialize_curl();
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  if (!knows_certificates(*info)) return {.file = find_ca_certificates().value_or(""), .directory = ""};
  if (info->age < CURLVERSION_SEVENTH) return {};  // too old to tell
  return {.file = info->cainfo == nullptr ? "" : info->cainfo,
          .directory = info->capath == nullptr ? "" : info->capath};
}

std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text) {
  return to_system_time(curl_getdate(std::string(text).c_str(), nullptr));
}

struct HttpConnections::Pool {
  std::unique_ptr<CURLM, FreeMulti> multi;
};

HttpConnections::HttpConnections() : pool_(std::make_shared<Pool>()) {
  initialize_curl();
  pool_->multi.reset(curl_multi_init());
  if (!pool_->multi) throw std::bad_alloc();
}

// libcurl keeps pointers to this, so it stays where it is.
struct HttpStream::Transfer {
  std::shared_ptr<HttpConnections::Pool> pool;
  CURLM* multi;
  std::unique_ptr<CURL, FreeEasy> easy;
  std::unique_ptr<curl_slist, FreeList> header_list;
  HttpRequest request;
  Interrupt interrupt;
  std::array<char, CURL_ERROR_SIZE> detail{};

  HttpHeaders headers;
  bool headers_done = false;
  std::size_t header_bytes = 0;
  std::string arrived;  // what the next read() gives
  std::string given;    // what the last read() gave
  bool paused = false;
  bool done = false;
  CURLcode result = CURLE_OK;
  Clock::time_point last_byte;
  curl_off_t sent_bytes = 0;

  Transfer(HttpRequest of, Interrupt by, std::shared_ptr<HttpConnections::Pool> on);
  ~Transfer() { curl_multi_remove_handle(multi, easy.get()); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  Transfer(Transfer&&) = delete;
  Transfer& operator=(Transfer&&) = delete;

  template <typename T>
  void set(CURLoption option, T value);
  void set_options();
  void set_certificates();
  void set_headers();

  void advance();
  void note_sent_bytes();
  void wait();
  void resume();
  void check_proxy() const;
  void check_header_bytes() const;
  void check_result() const;
  std::string_view next_block();

  void take_header(std::string_view line);
  std::size_t take_body(std::string_view bytes);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user);
};

HttpStream::Transfer::Transfer(HttpRequest of, Interrupt by, std::shared_ptr<HttpConnections::Pool> on)
    : pool(std::move(on)),
      multi(pool->multi.get()),
      easy(curl_easy_init()),
      request(std::move(of)),
      interrupt(std::move(by)),
      last_byte(Clock::now()) {
  if (!easy) throw std::bad_alloc();
  check_request(request);
  set_options();
  set_headers();
  curl_multi_add_handle(multi, easy.get());
}

template <typename T>
void HttpStream::Transfer::set(CURLoption option, T value) {
  const CURLcode code = curl_easy_setopt(easy.get(), option, value);
  if (code != CURLE_OK) throw_failure(code, origin_of(request.url), "");
}

void HttpStream::Transfer::set_options() {
  set(CURLOPT_ERRORBUFFER, detail.data());
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  set(CURLOPT_BUFFERSIZE, static_cast<long>(max_block));
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
#if LIBCURL_VERSION_NUM >= 0x075700
  // A name server that does not answer must not hold up the end of an interrupted transfer.
  set(CURLOPT_QUICK_EXIT, 1L);
#endif
  set_certificates();
  if (!request.use_proxy) set(CURLOPT_PROXY, "");
  if (const auto body = request.body.view();
      !body.empty() || request.method == "PUT" || request.method == "POST") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
  }
  set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void HttpStream::Transfer::set_certificates() {
  if (!request.ca_bundle.empty()) set(CURLOPT_CAINFO, request.ca_bundle.c_str());
  if (knows_certificates(*curl_version_info(CURLVERSION_NOW))) return;
  const auto bundle = find_ca_certificates();
  if (bundle) set(CURLOPT_PROXY_CAINFO, bundle->c_str());
  if (!request.ca_bundle.empty()) return;
  if (bundle) {
    set(CURLOPT_CAINFO, bundle->c_str());
  } else if (request.url.starts_with("https:")) {
    throw Error({.cause = Cause::bad_config,
                 .what = fmt::format("{}: there are no CA certificates in this image to check it with.",
                                     origin_of(request.url)),
                 .remedy = "Install the package ca-certificates, or name a PEM file in AWS_CA_BUNDLE."});
  }
}

void HttpStream::Transfer::set_headers() {
  const auto append = [this](const std::string& line) {
    curl_slist* longer = curl_slist_append(header_list.get(), line.c_str());
    if (longer == nullptr) throw_failure(CURLE_OUT_OF_MEMORY, origin_of(request.url), "");
    static_cast<void>(header_list.release());
    header_list.reset(longer);
  };
  for (const auto& [name, value] : request.headers)
    append(value.empty() ? name + ";"
                         : fmt::format("{}: {}", name, value));  // `name:` would remove the header
  // libcurl's own additions: none that the caller did not ask for.
  append("Expect:");
  if (find_header(request.headers, "Content-Type").empty()) append("Content-Type:");
  set(CURLOPT_HTTPHEADER, header_list.get());
}

// An exception cannot pass through libcurl's C: another size than that of the bytes ends the transfer.
std::size_t HttpStream::Transfer::on_header(char* data, std::size_t size, std::size_t count, void* user) try {
  auto* self = static_cast<Transfer*>(user);
  self->header_bytes += size * count;
  if (self->header_bytes > max_header_bytes) return 0;
  self->take_header({data, size * count});
  return size * count;
} catch (const std::bad_alloc&) {
  return 0;
}

std::size_t HttpStream::Transfer::on_body(char* data, std::size_t size, std::size_t count, void* user) try {
  return static_cast<Transfer*>(user)->take_body({data, size * count});
} catch (const std::bad_alloc&) {
  return 0;
}

void HttpStream::Transfer::take_header(std::string_view line) {
  last_byte = Clock::now();
  if (headers_done) return;  // trailers of a chunked body
  if (line.starts_with("HTTP/")) {
    headers.clear();
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  } else if (trim(line).empty()) {
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    headers_done = status >= 200;  // 1xx: the answer itself follows
  }
}

std::size_t HttpStream::Transfer::take_body(std::string_view bytes) {
  last_byte = Clock::now();
  paused = arrived.size() >= max_block;
  if (paused) return CURL_WRITEFUNC_PAUSE;
  arrived += bytes;
  return bytes.size();
}

void HttpStream::Transfer::advance() {
  int running = 0;
  const CURLMcode code = curl_multi_perform(multi, &running);
  if (code != CURLM_OK)
    throw Error({.cause = Cause::internal, .what = curl_multi_strerror(code), .remedy = ""});
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    done = true;
    result = message->data.result;
  }
}

void HttpStream::Transfer::note_sent_bytes() {
  curl_off_t sent = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_SIZE_UPLOAD_T, &sent);
  if (sent != sent_bytes) last_byte = Clock::now();
  sent_bytes = sent;
}

void HttpStream::Transfer::wait() {
  note_sent_bytes();
  const auto left = std::chrono::ceil<milliseconds>(last_byte + request.stall_timeout - Clock::now());
  if (left <= milliseconds::zero())
    throw_failure(CURLE_OPERATION_TIMEDOUT, origin_of(request.url),
                  fmt::format("No byte came for {} ms", request.stall_timeout.count()));
  curl_waitfd interrupted = {.fd = interrupt.fd, .events = CURL_WAIT_POLLIN, .revents = 0};
  curl_multi_poll(multi, &interrupted, interrupt.fd < 0 ? 0 : 1,
                  static_cast<int>(std::min(left, longest_poll).count()), nullptr);
  if (interrupted.revents != 0) interrupt.check();
}

void HttpStream::Transfer::resume() {
  last_byte = Clock::now();  // the time that the reader took is no stall
  if (paused) curl_easy_pause(easy.get(), CURLPAUSE_CONT);
}

// A proxy that is asked for a tunnel may say no.
void HttpStream::Transfer::check_proxy() const {
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_HTTP_CONNECTCODE, &status);
  if (status / 100 == 4)
    throw Error(
        {.cause = Cause::unavailable,
         .what =
             fmt::format("{}: the proxy refuses a connection to it ({}).", origin_of(request.url), status),
         .remedy = "Correct HTTPS_PROXY (http://USER:PASSWORD@HOST:PORT where it wants a user), or name "
                   "the host in NO_PROXY."});
}

// libcurl only knows that on_header did not take what it gave.
void HttpStream::Transfer::check_header_bytes() const {
  if (header_bytes <= max_header_bytes) return;
  throw Error({.cause = Cause::bad_data,
               .what = fmt::format("{}: the answer's headers have more than {} bytes, which is the limit.",
                                   origin_of(request.url), max_header_bytes),
               .remedy = "Check that the endpoint is the service that it should be."});
}

void HttpStream::Transfer::check_result() const {
  if (result == CURLE_OK) return;
  check_proxy();
  check_header_bytes();
  throw_failure(result, origin_of(request.url), detail.data());
}

std::string_view HttpStream::Transfer::next_block() {
  if (arrived.empty() && !done) {
    resume();
    advance();
    while (arrived.empty() && !done) {
      wait();
      advance();
    }
  }
  // What came before a failure is good, and is given first.
  if (arrived.empty()) check_result();
  given.clear();
  std::swap(given, arrived);
  return given;
}

HttpStream::HttpStream(HttpRequest request, Interrupt interrupt, const HttpConnections& connections)
    : transfer_(std::make_unique<Transfer>(std::move(request), std::move(interrupt), connections.pool_)) {
  wait_for(milliseconds::zero(), transfer_->interrupt);
  transfer_->advance();
  while (!transfer_->headers_done && !transfer_->done) {
    transfer_->wait();
    transfer_->advance();
  }
  if (!transfer_->headers_done) transfer_->check_result();
}

HttpStream::HttpStream(HttpStream&&) noexcept = default;
HttpStream& HttpStream::operator=(HttpStream&&) noexcept = default;
HttpStream::~HttpStream() = default;

int HttpStream::status() const {
  long status = 0;
  curl_easy_getinfo(transfer_->easy.get(), CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

const HttpHeaders& HttpStream::headers() const {
  return transfer_->headers;
}

void HttpStream::set_interrupt(Interrupt interrupt) {
  transfer_->interrupt = std::move(interrupt);
}

std::string_view HttpStream::read() {
  // A wire that is never idle would otherwise never let an interrupt in.
  wait_for(milliseconds::zero(), transfer_->interrupt);
  return transfer_->next_block();
}

}  // namespace sm_train

#include "sm_train/aws/s3_listing.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "sm_train/aws/s3_naming.hpp"
#include "sm_train/aws/uri_encoding.hpp"
#include "sm_train/aws/xml.hpp"
#include "sm_train/contract/one_line.hpp"

namespace sm_train {

namespace {

// A thousand keys of 1,024 bytes, each of them encoded, with what else is said of an object.
constexpr std::size_t max_page = std::size_t{8} << 20U;

[[noreturn]] void fail(std::string_view why) {
  throw Error({.cause = Cause::bad_data,
               .what = fmt::format("the service's listing cannot be read: {}.", why),
               .remedy = "Check that the endpoint is one of S3."});
}

// As a browser encodes a form: a space may come as a plus.
std::string form_decoded(std::string text) {
  std::ranges::replace(text, '+', ' ');
  const auto decoded = uri_decode(text);
  if (!decoded) fail(fmt::format("\"{}\" is not encoded as a URL", one_line(text)));
  return *decoded;
}

ListedObject read_object(std::string_view contents, bool is_encoded) {
  ListedObject object = {.key = xml_element(contents, "Key")};
  if (object.key.empty()) fail("an object has no key");
  if (is_encoded) object.key = form_decoded(object.key);
  const auto size = xml_element(contents, "Size");
  const auto [stop, error] = std::from_chars(size.data(), size.data() + size.size(), object.size);
  if (error != std::errc() || stop != size.data() + size.size())
    fail(fmt::format("the size of \"{}\" is \"{}\"", one_line(object.key), one_line(size)));
  return object;
}

struct Page {
  std::vector<ListedObject> objects;
  std::string next;  // where the next one begins; empty: this is the last
};

Page read_page(const std::string& xml, const S3Uri& prefix, const std::string& continuation) {
  if (xml.find("<ListBucketResult") == std::string::npos) fail("it is no ListBucketResult");
  Page page;
  const bool is_encoded = xml_element(xml, "EncodingType") == "url";
  for (const auto contents : xml_elements(xml, "Contents")) {
    page.objects.push_back(read_object(contents, is_encoded));
    const auto& key = page.objects.back().key;
    if (!key.starts_with(prefix.key)) fail(fmt::format("\"{}\" is not under the prefix", one_line(key)));
  }
  if (xml_element(xml, "IsTruncated") != "true") return page;
  page.next = xml_element(xml, "NextContinuationToken");
  if (page.next.empty() || page.next == continuation) fail("it does not say where it goes on");
  return page;
}

S3Request listing_of(const S3Client& client, const S3Uri& prefix) {
  return {.uri = {.bucket = prefix.bucket},
          // Some characters of a key cannot stand in XML.
          .query = {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", prefix.key}},
          .headers = payer_headers(client.options())};
}

Page ask_for_page(S3Client& client, const S3Request& request, const S3Uri& prefix,
                  const std::string& continuation) {
  return naming(to_string(prefix),
                [&] { return read_page(client.send(request, max_page).body, prefix, continuation); });
}

}  // namespace

std::optional<ListedObject> find_first_s3_object(S3Client& client, const S3Uri& prefix) {
  S3Request request = listing_of(client, prefix);
  request.query.emplace_back("max-keys", "1");
  auto page = ask_for_page(client, request, prefix, "");
  if (page.objects.empty()) return std::nullopt;
  return std::move(page.objects.front());
}

void list_s3_objects(S3Client& client, const S3Uri& prefix, const std::function<void(ListedObject)>& take) {
  std::string continuation;
  do {
    S3Request request = listing_of(client, prefix);
    if (!continuation.empty()) request.query.emplace_back("continuation-token", continuation);
    const auto page = ask_for_page(client, request, prefix, continuation);
    for (const auto& object : page.objects) take(object);
    continuation = page.next;
  } while (!continuation.empty());
}

}  // namespace sm_train

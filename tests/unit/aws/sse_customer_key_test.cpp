#include "sm_train/aws/sse_customer_key.hpp"

#include "catch.hpp"
#include "support/trees.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

const std::string key = std::string("\0\n\xff\xfe 0123456789abcdefghijklmnop", 31) + "\n";
const std::string encoded = "AAr//iAwMTIzNDU2Nzg5YWJjZGVmZ2hpamtsbW5vcAo=";

}  // namespace

TEST_CASE("an SSE-C key is read from its 32 bytes, and from their base64 with or without a line end") {
  const TempDir directory;
  REQUIRE(key.size() == 32);
  for (const std::string& content : {key, encoded, encoded + "\n", encoded + " \r\n"})
    CHECK(read_sse_customer_key(write_in(directory, "key", content, 0600)) == key);
}

TEST_CASE("a file that holds no SSE-C key is an error with its name and size, without its content") {
  const TempDir directory;
  const std::string no_digit = "*" + encoded.substr(1);
  for (const std::string& content : {std::string(), key + "\n", key.substr(1), encoded.substr(4), no_digit,
                                     encoded.substr(0, 43), "A" + encoded, encoded.substr(0, 42) + "=="}) {
    const auto file = write_in(directory, "key", content, 0600);
    const auto failure = failure_of([&] { read_sse_customer_key(file); });
    REQUIRE(failure.has_value());
    CHECK(failure->cause == Cause::bad_data);
    CHECK(contains(failure->what, file.native() + " holds " + std::to_string(content.size()) + " bytes"));
    CHECK(contains(failure->remedy, "32 bytes"));
    if (!content.empty()) CHECK_FALSE(contains(failure->what + failure->remedy, content));
  }
}

TEST_CASE("a file for the SSE-C key that is missing, or far too large, is an error that names it") {
  const TempDir directory;
  const auto missing = failure_of([&] { read_sse_customer_key(directory.path() / "missing"); });
  REQUIRE(missing.has_value());
  CHECK(missing->cause == Cause::no_input);
  CHECK(contains(missing->what, (directory.path() / "missing").native()));
  const auto large = write_in(directory, "large", std::string(5000, 'A'), 0600);
  const auto failure = failure_of([&] { read_sse_customer_key(large); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::bad_data);
  CHECK(contains(failure->what, large.native()));
}

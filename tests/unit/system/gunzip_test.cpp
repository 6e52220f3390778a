#include "sm_train/system/gunzip.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "sm_train/system/checksum.hpp"
#include "support/tar_writer.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

constexpr std::size_t header_size = 10;
constexpr std::size_t trailer_size = 8;
constexpr std::size_t large = std::size_t{1} << 20U;

Inflater any_inflater() {
  const auto all = inflaters();
  const Inflater one =
      all[static_cast<std::size_t>(GENERATE(range(0, static_cast<int>(inflaters().size()))))];
  UNSCOPED_INFO(one.name);
  return one;
}

std::string all_of(const ByteSource& bytes) {
  std::string all;
  for (std::string_view block = bytes(); !block.empty(); block = bytes()) all += block;
  return all;
}

std::string gunzipped(const Inflater& inflater, const std::string& bytes, std::size_t block = 1000) {
  return all_of(gunzip(source_of(bytes, block), "code.tar.gz", 1, inflater.make()));
}

std::string refusal(const Inflater& inflater, const std::string& bytes, std::size_t block = 1000) {
  const auto failure = failure_of([&] { gunzipped(inflater, bytes, block); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::bad_data);
  CHECK(failure->what.starts_with("code.tar.gz: "));
  CHECK_FALSE(failure->remedy.empty());
  return failure->what;
}

/// Literals, matches near and far, and what does not compress.
std::string text_of(std::size_t size) {
  std::string text;
  std::uint32_t random = 1;
  while (text.size() < size) {
    random = random * 1664525 + 1013904223;
    if ((random >> 28U) < 8)
      text += "def train(model, epochs=" + std::to_string(random % 97) + "):\n";
    else
      text += static_cast<char>(random >> 20U);
  }
  text.resize(size);
  return text;
}

/// The member with another header before its data.
std::string with_header(const std::string& header, const std::string& member) {
  return header + member.substr(header_size);
}

std::string header_with(unsigned char flags, const std::string& fields) {
  return std::string("\x1f\x8b\x08", 3) + static_cast<char>(flags) + std::string("\1\2\3\4\0\3", 6) + fields;
}

std::string crc16_of(const std::string& header) {
  Checksum crc(ChecksumAlgorithm::crc32);
  crc.update(header);
  const std::string sum = crc.finish();
  return {sum[3], sum[2]};
}

}  // namespace

TEST_CASE("gzip is inflated, whatever the sizes of its blocks") {
  const Inflater inflater = any_inflater();
  for (const std::string& text :
       {std::string(), std::string("x"), text_of(3000), text_of(large), std::string(large, '\0')})
    for (const std::size_t block : {std::size_t{1}, std::size_t{7}, std::size_t{1000}, large})
      CHECK(gunzipped(inflater, gzip(text), block) == text);
}

TEST_CASE("data that deflate stored, and data of fixed codes, are inflated") {
  const Inflater inflater = any_inflater();
  std::string noise;
  std::uint32_t random = 7;
  for (int i = 0; i < 200000; ++i)
    noise += static_cast<char>((random = random * 1664525 + 1013904223) >> 24U);
  for (const std::size_t block : {std::size_t{1}, std::size_t{999}}) {
    CHECK(gunzipped(inflater, gzip(noise), block) == noise);
    CHECK(gunzipped(inflater, gzip("abcabc"), block) == "abcabc");
  }
}

TEST_CASE("members follow one another, with zero bytes between and after them") {
  const Inflater inflater = any_inflater();
  const std::string first = text_of(70000);
  const std::string second = text_of(300);
  const std::string zeros(5000, '\0');
  for (const std::size_t block : {std::size_t{1}, std::size_t{100}, large}) {
    CHECK(gunzipped(inflater, gzip(first) + gzip("") + gzip(second), block) == first + second);
    CHECK(gunzipped(inflater, gzip(first) + zeros + gzip(second) + zeros, block) == first + second);
  }
}

TEST_CASE("what follows and begins no member is not looked at, but read to its end") {
  const Inflater inflater = any_inflater();
  const std::string garbage = "garbage" + std::string(5000, '\0') + "\x1f\x8b\x08more garbage";
  bool at_end = false;
  const ByteSource watched =
      [&, inner = source_of(gzip("text") + std::string(3, '\0') + garbage, 100)]() mutable {
        const std::string_view block = inner();
        at_end = block.empty();
        return block;
      };
  CHECK(all_of(gunzip(watched, "code.tar.gz", 1, inflater.make())) == "text");
  CHECK(at_end);
}

TEST_CASE("a header may hold an extra field, a name, a comment and its own CRC") {
  const Inflater inflater = any_inflater();
  const std::string member = gzip("the text");
  const std::string extra = std::string("\x2c\x01", 2) + std::string(300, 'e');
  const std::string name = std::string(5000, 'n') + '\0';
  const std::string comment = std::string("a comment") + '\0';
  std::vector<std::string> headers = {header_with(1, ""), header_with(4, extra), header_with(8, name),
                                      header_with(16, comment), header_with(31 - 2, extra + name + comment)};
  for (const std::string& header : {header_with(2, ""), header_with(31, extra + name + comment)})
    headers.push_back(header + crc16_of(header));
  for (const std::string& header : headers)
    for (const std::size_t block : {std::size_t{1}, std::size_t{17}, large}) {
      CHECK(gunzipped(inflater, with_header(header, member), block) == "the text");
      CHECK(gunzipped(inflater, member + with_header(header, member), block) == "the textthe text");
    }
}

TEST_CASE("a wrong CRC or length is seen, in the first member and in later ones") {
  const Inflater inflater = any_inflater();
  const std::string good = gzip(text_of(100000));
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{100000}})
    for (std::size_t at = 0; at < trailer_size; ++at)
      for (const std::size_t block : {std::size_t{1}, large}) {
        std::string bad = gzip(text_of(size));
        bad[bad.size() - trailer_size + at] ^= 0x10;
        CHECK(contains(refusal(inflater, bad, block), "the gzip data is corrupt (incorrect"));
        CHECK(contains(refusal(inflater, good + bad, block), "the gzip data is corrupt (incorrect"));
        CHECK(contains(refusal(inflater, bad + good, block), "the gzip data is corrupt (incorrect"));
      }
}

TEST_CASE("damaged data is corrupt, and never taken for whole") {
  const Inflater inflater = any_inflater();
  const std::string good = gzip(text_of(2000));
  for (std::size_t at = header_size; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] ^= 0x04;
    refusal(inflater, bad);
  }
}

TEST_CASE("a damaged header is corrupt, in the first member and in later ones") {
  const Inflater inflater = any_inflater();
  const std::string member = gzip("the text");
  const auto refused = [&](const std::string& bad, std::string_view why) {
    CHECK(contains(refusal(inflater, bad, 1), why));
    CHECK(contains(refusal(inflater, member + bad, 1), why));
  };
  refused(with_header(std::string("\x1f\x8c\x08\0\0\0\0\0\0\3", 10), member), "incorrect header check");
  refused(with_header(std::string("\x1f\x8b\x07\0\0\0\0\0\0\3", 10), member), "unknown compression method");
  refused(with_header(header_with(0x20, ""), member), "unknown header flags set");
  const std::string header = header_with(2, "");
  std::string sum = crc16_of(header);
  sum[1] ^= 1;
  refused(with_header(header + sum, member), "header crc mismatch");
  CHECK(contains(refusal(inflater, std::string(1, '\0') + member), "incorrect header check"));
  CHECK(contains(refusal(inflater, "no gzip"), "incorrect header check"));
}

TEST_CASE("data that is cut off anywhere ends in the middle of the gzip data") {
  const Inflater inflater = any_inflater();
  const std::string member = with_header(header_with(8, std::string("name") + '\0'), gzip(text_of(1000)));
  for (std::size_t size = 0; size < member.size(); ++size) {
    const std::size_t block = size % 2 == 0 ? 1 : large;
    CHECK(
        contains(refusal(inflater, member.substr(0, size), block), "it ends in the middle of the gzip data"));
    if (size == 0) continue;
    CHECK(contains(refusal(inflater, member + member.substr(0, size), block),
                   "it ends in the middle of the gzip data"));
  }
}

TEST_CASE("blocks stay valid as long as is asked for") {
  const Inflater inflater = any_inflater();
  const std::string text = text_of(3 * large);
  const ByteSource bytes = gunzip(source_of(gzip(text), 5000), "code.tar.gz", 3, inflater.make());
  std::vector<std::string_view> blocks;
  for (std::string_view block = bytes(); !block.empty(); block = bytes()) {
    blocks.push_back(block);
    if (blocks.size() < 3) continue;
    std::size_t offset = 0;
    for (std::size_t i = 0; i + 3 < blocks.size(); ++i) offset += blocks[i].size();
    for (std::size_t i = blocks.size() - 3; i < blocks.size(); ++i) {
      REQUIRE(text.substr(offset, blocks[i].size()) == blocks[i]);
      offset += blocks[i].size();
    }
  }
  CHECK(blocks.size() > 6);
}

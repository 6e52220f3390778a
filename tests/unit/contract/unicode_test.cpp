#include "sm_train/contract/unicode.hpp"

#include "catch.hpp"

using namespace sm_train;

TEST_CASE("a text is cut after whole characters") {
  CHECK(clip_utf8("äöü", 2) == "äö");
  CHECK(clip_utf8("a€𝄞z", 3) == "a€𝄞");
  CHECK(clip_utf8("abc", 0).empty());
  CHECK(clip_utf8("abc", 10) == "abc");
}

TEST_CASE("bytes that are no UTF-8 become replacement characters") {
  const std::string r = "\xef\xbf\xbd";
  CHECK(clip_utf8("a\xff"
                  "b",
                  10) == "a" + r + "b");
  CHECK(clip_utf8("\xc3", 10) == r);                          // cut short
  CHECK(clip_utf8("\xc0\xaf", 10) == r + r);                  // overlong
  CHECK(clip_utf8("\xe0\x80\xaf", 10) == r + r + r);          // overlong
  CHECK(clip_utf8("\xed\xa0\x80", 10) == r + r + r);          // a surrogate
  CHECK(clip_utf8("\xf4\x90\x80\x80", 10) == r + r + r + r);  // above U+10FFFF
  CHECK(clip_utf8("\xf4\x8f\xbf\xbf", 10) == "\xf4\x8f\xbf\xbf");
}

TEST_CASE("characters are code points, and not bytes") {
  CHECK(characters_of("") == 0);
  CHECK(characters_of("a€𝄞") == 3);
}

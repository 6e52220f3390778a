#include "sm_train/contract/byte_size.hpp"

#include "catch.hpp"

using namespace sm_train;

TEST_CASE("a size is a number of bytes, with a suffix of 1024 and its powers") {
  CHECK(parse_byte_size("0") == 0);
  CHECK(parse_byte_size("0T") == 0);
  CHECK(parse_byte_size("1023") == 1023);
  CHECK(parse_byte_size("2K") == 2048);
  CHECK(parse_byte_size("3m") == 3 << 20);
  CHECK(parse_byte_size("64G") == std::uint64_t{64} << 30U);
  CHECK(parse_byte_size("5t") == std::uint64_t{5} << 40U);
}

TEST_CASE("the largest size is what 64 bits hold, and nothing is more") {
  CHECK(parse_byte_size("18446744073709551615") == ~std::uint64_t{0});
  CHECK(parse_byte_size("16777215T") == std::uint64_t{16777215} << 40U);
  CHECK(parse_byte_size("18446744073709551616") == std::nullopt);
  CHECK(parse_byte_size("16777216T") == std::nullopt);
}

TEST_CASE("what is no size gives nothing") {
  for (const char* text :
       {"", "K", "-1", "+1", " 1", "1 ", "1 K", "1.5G", "1KB", "1KiB", "1P", "0x10", "1\v", "1["}) {
    INFO(text);
    CHECK(parse_byte_size(text) == std::nullopt);
  }
}

TEST_CASE("a size is shown to people with one decimal, and in the unit that it reaches") {
  CHECK(byte_size_text(0) == "0 B");
  CHECK(byte_size_text(1023) == "1023 B");
  CHECK(byte_size_text(1024) == "1.0 KiB");
  CHECK(byte_size_text(1536) == "1.5 KiB");
  CHECK(byte_size_text((1 << 20) - 1) == "1.0 MiB");
  CHECK(byte_size_text(std::uint64_t{64} << 30U) == "64.0 GiB");
  CHECK(byte_size_text(std::uint64_t{3} << 50U) == "3.0 PiB");
  CHECK(byte_size_text(~std::uint64_t{0}) == "16.0 EiB");
}

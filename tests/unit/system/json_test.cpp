#include "sm_train/system/json.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/python_text.hpp"

using namespace sm_train;

namespace {

Failure failure_of(const std::string& text) {
  try {
    parse_json(text, "/x.json");
  } catch (const Error& error) {
    return error.failure();
  }
  FAIL("it was read");
  return {};
}

}  // namespace

TEST_CASE("a text that is no JSON is told with line and column, counted in characters") {
  CHECK(failure_of("{\n  \"a\": 1,\n  \"\u00e9\": x}").what.find("/x.json is not JSON: line 3 column 8:") ==
        0);
  CHECK(failure_of("").what == "/x.json is not JSON: line 1 column 1: the text is empty.");
  CHECK(failure_of("{").cause == Cause::bad_data);
}

TEST_CASE("a text that is no JSON is told with what stands there") {
  const auto told = [](const std::string& text, const std::string& end) {
    CHECK_THAT(failure_of(text).what, Catch::EndsWith(end));
  };
  told(R"({"a": [1, 2})", "Missing a comma or ']' after an array element, found '}'.");
  told("[1", "Missing a comma or ']' after an array element, found the end of the text.");
  told("[\"a\nb\"]", "found the control character U+000A.");
  told("[\"\\ud800\", \u00e9]", "line 1 column 12: Invalid value, found '\u00e9'.");
  told("[1e999, ]", "Invalid value, found ']'.");
}

TEST_CASE("what hides in bytes is named: byte order marks, UTF-16, NUL, bytes that are no UTF-8") {
  CHECK(failure_of("\xEF\xBB\xBF{}").what.find("byte order mark") != std::string::npos);
  CHECK(failure_of(std::string("\xFF\xFE{\0}\0", 6)).what.find("UTF-16") != std::string::npos);
  CHECK(failure_of(std::string("[1]\0", 4)).what.find("line 1 column 4: found a NUL byte") !=
        std::string::npos);
  CHECK(failure_of("{\"a\": \"caf\xE9\"}").what.find("line 1 column 11: found the byte 0xe9") !=
        std::string::npos);
}

TEST_CASE("an error after a lone surrogate or a huge number still has the right place") {
  CHECK(failure_of("[\"\\ud800\", x]").what.find("line 1 column 12") != std::string::npos);
  CHECK(failure_of("[1e999, x]").what.find("line 1 column 9") != std::string::npos);
}

TEST_CASE("nesting is bounded, whatever the text") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(python_json(parse_json(nested(max_json_depth), "x")) == nested(max_json_depth));
  CHECK(failure_of(nested(max_json_depth + 1)).cause == Cause::bad_config);
  CHECK(failure_of(std::string(1000000, '[')).cause == Cause::bad_config);
  CHECK(failure_of("{\n\"a\": " + nested(max_json_depth)).what.find("/x.json: line 2 column ") == 0);
  CHECK_THROWS_AS(try_parse_json(nested(100000), "x"), Error);
}

TEST_CASE("an integer keeps all its digits, up to Python's limit") {
  CHECK(python_json(parse_json("100000000000000000000000000000000000001", "x")) ==
        "100000000000000000000000000000000000001");
  CHECK(python_json(parse_json("-0", "x")) == "0");
  CHECK_FALSE(try_parse_json(std::string(4301, '9'), "x"));
}

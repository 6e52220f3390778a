#include "sm_train/contract/python_text.hpp"

#include <limits>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/unicode.hpp"

using namespace sm_train;

TEST_CASE("a float is written with the shortest digits and Python's exponents") {
  const auto [number, text] =
      GENERATE(table<double, std::string>({{1.0, "1.0"},
                                           {0.1, "0.1"},
                                           {-0.0, "-0.0"},
                                           {1e-4, "0.0001"},
                                           {1e-5, "1e-05"},
                                           {1e15, "1000000000000000.0"},
                                           {1e16, "1e+16"},
                                           {1.5e300, "1.5e+300"},
                                           {5e-324, "5e-324"},
                                           {123456.789, "123456.789"},
                                           {0.30000000000000004, "0.30000000000000004"}}));
  CHECK(python_float(number) == text);
}

TEST_CASE("numbers that are none are bare words in JSON and lower case in arguments") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(python_str(infinity) == "inf");
  CHECK(python_str(-infinity) == "-inf");
  CHECK(python_json(-infinity) == "-Infinity");
  CHECK(python_str(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(python_json(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}

TEST_CASE("a list prints as Python prints it, with the quotes that repr chooses") {
  const List list = {"it's",        "say \"hi\"", "both ' \"", nullptr,       true,
                     Integer{"12"}, 1.5,          "\n\x01",    "\u00e9\u200b"};
  CHECK(python_str(list) == R"(["it's", 'say "hi"', 'both \' "', None, True, 12, 1.5, '\n\x01', 'é\u200b'])");
}

TEST_CASE("JSON for variables is sorted, without spaces, and ASCII only") {
  Dict dict;
  dict.set("b", List{1, nullptr});
  dict.set("a", "\u00e9\U0001F600\x7f");
  CHECK(python_json(dict) == R"({"a":"\u00e9\ud83d\ude00\u007f","b":[1,null]})");
}

TEST_CASE("JSON in file order keeps the order and Python's spaces") {
  Dict dict;
  dict.set("b", List{1, nullptr});
  dict.set("a", "x");
  CHECK(python_json_in_order(dict) == R"({"b": [1, null], "a": "x"})");
}

TEST_CASE("of duplicate keys the last value counts, at the place of the first") {
  const Dict dict({{"a", 1}, {"b", 2}, {"a", 3}});
  CHECK(python_json_in_order(dict) == R"({"a": 3, "b": 2})");
}

TEST_CASE("a byte that is no UTF-8 survives the way to text and back") {
  const std::string bytes = "caf\xE9 \xF0\x9F\x98\x80 \xFF";
  CHECK(os_bytes(os_text(bytes), "it") == bytes);
}

TEST_CASE("what no argument can hold is refused by name") {
  CHECK_THROWS_WITH(os_bytes(std::string("a\0b", 3), "The variable X"),
                    Catch::Contains("The variable X") && Catch::Contains("NUL"));
  CHECK_THROWS_WITH(os_bytes("\xED\xA0\x80", "The variable X"), Catch::Contains("U+D800"));
  CHECK_THROWS_WITH(os_bytes(std::string_view("\0", 1), std::string_view("The variable A\0\xED\xA0\x80", 18)),
                    Catch::Contains("The variable A\\x00\\ud800 holds"));
}

TEST_CASE("upper case is Unicode's, with its special casing") {
  CHECK(to_upper("stra\u00dfe") == "STRASSE");
  CHECK(to_upper("\ufb03x") == "FFIX");
  CHECK(to_upper("i\u0307") == "I\u0307");
  CHECK(to_upper("\u0149") == "\u02bcN");
  CHECK(to_upper("a-b_1") == "A-B_1");
}

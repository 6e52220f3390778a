#include "sm_train/contract/list_some.hpp"

#include "catch.hpp"

using namespace sm_train;

TEST_CASE("of many names the first are listed, and the others counted") {
  CHECK(list_some({}).empty());
  CHECK(list_some({"a"}) == "a");
  CHECK(list_some({"a", "b"}, ", or ") == "a, or b");
  std::vector<std::string> names(20, "x");
  CHECK(list_some(names, "") == std::string(20, 'x'));
  names.insert(names.end(), 2, "y");
  CHECK(list_some(names, "") == std::string(20, 'x') + " and 2 more");
}

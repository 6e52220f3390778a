#include "sm_train/system/network_interfaces.hpp"

#include <algorithm>

#include "catch.hpp"

using namespace sm_train;

namespace {

bool holds(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

}  // namespace

TEST_CASE("the loopback interface is there, with its address, and each interface but once") {
  const auto interfaces = network_interfaces();
  const auto is_lo = [](const auto& each) { return each.name == "lo"; };
  REQUIRE(std::count_if(interfaces.begin(), interfaces.end(), is_lo) == 1);
  const auto lo = std::find_if(interfaces.begin(), interfaces.end(), is_lo);
  CHECK(lo->is_up);
  CHECK(lo->is_loopback);
  CHECK(holds(lo->addresses, "127.0.0.1"));
}

TEST_CASE("a name's addresses are written as an interface's are") {
  CHECK(holds(addresses_of("localhost"), "127.0.0.1"));
  CHECK(addresses_of("FE80:0::1%lo") == std::vector<std::string>{"fe80::1"});
  CHECK(addresses_of("no such host").empty());
}

#include "sm_train/contract/fn_signature.hpp"

#include "catch.hpp"

using namespace sm_train;

TEST_CASE("a function is given those of the values that it names, or all") {
  const Dict values({{"lr", 0.1}, {"epochs", 3}, {"x", "y"}});
  CHECK(intersect(values, {"x", "nothing", "lr"}) == Dict({{"lr", 0.1}, {"x", "y"}}));
  CHECK(intersect_fn_parameters(values, {.names = {"epochs"}}) == Dict({{"epochs", 3}}));
  CHECK(intersect_fn_parameters(values, {.names = {"epochs"}, .takes_all = true}) == values);
  CHECK(intersect(values, {}).empty());
}

TEST_CASE("a name with a dash is one that Python can have") {
  const Dict values({{"batch-size", 32}});
  CHECK(intersect_fn_parameters(values, {.names = {"batch_size"}}) == values);
}

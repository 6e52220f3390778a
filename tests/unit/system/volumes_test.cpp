#include "sm_train/system/volumes.hpp"

#include "catch.hpp"
#include "sm_train/system/files.hpp"

using namespace sm_train;

TEST_CASE("a volume is told with its size and its room") {
  const TempDir directory;
  const auto volumes = volumes_of({directory.path()});
  REQUIRE(volumes.size() == 1);
  CHECK(volumes[0].directory == directory.path().native());
  CHECK(volumes[0].size > 0);
  CHECK(volumes[0].free <= volumes[0].size);
  CHECK(volumes[0].has_inodes);
}

TEST_CASE("a directory that is not there has no volume, nor has one without a size") {
  const TempDir directory;
  CHECK(volumes_of({directory.path() / "missing", "", "/proc"}).empty());
}

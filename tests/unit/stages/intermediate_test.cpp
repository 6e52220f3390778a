#include "sm_train/stages/intermediate.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"

using namespace sm_train;

TEST_CASE("intermediate output lies below the job's name, as the Python toolkit puts it") {
  const auto prefix = [](const std::string& output, const std::string& job) {
    return to_string(intermediate_prefix(output, job));
  };
  CHECK(prefix("s3://bucket/some/prefix", "job-1") == "s3://bucket/some/prefix/job-1/output/intermediate/");
  CHECK(prefix("s3://bucket/some/prefix/", "job-1") == "s3://bucket/some/prefix/job-1/output/intermediate/");
  CHECK(prefix("s3://bucket", "job-1") == "s3://bucket/job-1/output/intermediate/");
  CHECK(prefix("s3://bucket/", "") == "s3://bucket/output/intermediate/");
  for (const char* none : {"https://bucket/x", "s3://", "s3:///x"})
    CHECK_THROWS_AS(prefix(none, "job-1"), Error);
}

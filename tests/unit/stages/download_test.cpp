#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>

#include "catch.hpp"
#include "sm_train/stages/fetch.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/wait.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

OpenObject object(const std::string& bytes) {
  return [bytes](const S3Uri&, const S3Options&, const Interrupt&) {
    return S3Object{.bytes = source_of(bytes, 4), .size = bytes.size()};
  };
}

const OpenObject no_s3 = [](const S3Uri&, const S3Options&, const Interrupt&) -> S3Object {
  throw Error({.cause = Cause::internal, .what = "S3 was asked", .remedy = ""});
};

Failure refusal(const std::string& uri, const fs::path& destination, const OpenObject& open_object = no_s3,
                const FetchOptions& options = {}) {
  const auto failure = failure_of([&] { download_file_from_s3(uri, destination, options, {}, open_object); });
  REQUIRE(failure.has_value());
  CHECK_FALSE(failure->remedy.empty());
  return *failure;
}

}  // namespace

TEST_CASE("an object's bytes become a file, an archive's too") {
  const TempDir directory;
  const fs::path file = directory.path() / "model.tar.gz";
  S3Uri asked;
  const FetchOptions options = {.s3 = {.requester_pays = true}};
  const OpenObject open = [&](const S3Uri& uri, const S3Options& s3, const Interrupt&) {
    asked = uri;
    CHECK(s3.requester_pays);
    return S3Object{.bytes = source_of("\x1f\x8bnot unpacked")};
  };
  CHECK(download_file_from_s3("s3://bucket/a/key", file, options, {}, open) == file);
  CHECK(asked.bucket == "bucket");
  CHECK(asked.key == "a/key");
  CHECK(tree_of(directory.path()) == Tree{{"model.tar.gz", "file 0644 \x1f\x8bnot unpacked"}});
}

TEST_CASE("in a directory the file has the name of the key's last segment") {
  const TempDir directory;
  const std::string slash = GENERATE("", "/");
  download_file_from_s3("s3://b/some/where/data.csv", directory.path().native() + slash, {}, {}, object("x"));
  CHECK(tree_of(directory.path()) == Tree{{"data.csv", "file 0644 x"}});
  for (const char* uri : {"s3://b/prefix/", "s3://b/.."})
    CHECK(refusal(uri, directory.path()).cause == Cause::usage);
  download_file_from_s3("s3://b/prefix/", directory.path() / "named", {}, {}, object("y"));
  CHECK(content_of(directory.path() / "named") == "y");
}

TEST_CASE("a file that is there, or that a link leads to, is replaced by a whole one only") {
  const TempDir directory;
  const fs::path file = directory.path() / "file";
  put_file(file, "old and longer");
  fs::create_symlink("file", directory.path() / "link");
  const Tree before = tree_of(directory.path());
  const OpenObject breaks = [](const S3Uri&, const S3Options&, const Interrupt&) {
    return S3Object{.bytes = [given = false]() mutable -> std::string_view {
      if (!std::exchange(given, true)) return "new";
      throw Error({.cause = Cause::bad_data, .what = "wrong MD5", .remedy = "x"});
    }};
  };
  CHECK(refusal("s3://b/k", directory.path() / "link", breaks).what == "wrong MD5");
  CHECK(tree_of(directory.path()) == before);
  download_file_from_s3("s3://b/k", directory.path() / "link", {}, {}, object("new"));
  CHECK(tree_of(directory.path()) == Tree{{"file", "file 0644 new"}, {"link", "link file"}});
}

TEST_CASE("a download that takes longer than its timeout is over, and leaves nothing") {
  const TempDir directory;
  const OpenObject never_ends = [](const S3Uri&, const S3Options&, const Interrupt& interrupt) {
    return S3Object{.bytes = [interrupt]() -> std::string_view {
      wait_for(std::chrono::hours(1), interrupt);
      return {};
    }};
  };
  const FetchOptions short_time = {.timeout = std::chrono::milliseconds(5)};
  const Failure failure = refusal("s3://b/k", directory.path() / "file", never_ends, short_time);
  CHECK(failure.cause == Cause::unavailable);
  CHECK(contains(failure.what, "s3://b/k"));
  CHECK(tree_of(directory.path()).empty());
}

TEST_CASE("where no file can be, nothing is asked of S3, and the place is named") {
  const TempDir directory;
  put_file(directory.path() / "file", "x");
  REQUIRE(::mkfifo((directory.path() / "fifo").c_str(), 0600) == 0);
  fs::create_directory(directory.path() / "k");
  CHECK(contains(refusal("s3://b/k", directory.path() / "fifo").what, "fifo is not a regular file"));
  CHECK(contains(refusal("s3://b/k", directory.path()).what, "/k is not a regular file"));
  CHECK(contains(refusal("s3://b/x", directory.path() / "missing/").what, "missing/ is to be a directory"));
  CHECK(refusal("/a/path", directory.path() / "file").cause == Cause::usage);
  CHECK(refusal("s3://b", directory.path() / "file").cause == Cause::usage);
  const Failure missing = refusal("s3://b/k", directory.path() / "missing/file", object("x"));
  CHECK(missing.cause == Cause::cannot_create);
  CHECK(contains(missing.what, (directory.path() / "missing").native()));
  CHECK(content_of(directory.path() / "file") == "x");
}

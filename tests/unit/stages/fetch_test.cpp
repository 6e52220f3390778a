#include "sm_train/stages/fetch.hpp"

#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "catch.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/wait.hpp"
#include "support/as_nobody.hpp"
#include "support/tar_writer.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

const OpenObject no_s3 = [](const S3Uri&, const S3Options&, const Interrupt&) -> S3Object {
  throw Error({.cause = Cause::internal, .what = "S3 was asked", .remedy = ""});
};

OpenObject object(const std::string& bytes) {
  return [bytes](const S3Uri&, const S3Options&, const Interrupt&) {
    return S3Object{.bytes = source_of(bytes), .size = bytes.size()};
  };
}

const std::string archive = gzip(tar({{.name = "train.py", .content = "new"}, {.name = "pkg/a.py"}}));
const Tree unpacked = {{"train.py", "file 0644 new"}, {"pkg", "dir 0755"}, {"pkg/a.py", "file 0644 "}};

/// A base path with a code directory, and a view of all that lies in it.
struct Base {
  TempDir directory;
  fs::path root = directory.path();
  fs::path code = root / "code";
};

Failure refusal(const std::string& source, const fs::path& code, const OpenObject& open_object = no_s3) {
  const auto failure = failure_of([&] { fetch_code(source, code, {}, {}, open_object); });
  REQUIRE(failure.has_value());
  CHECK_FALSE(failure->remedy.empty());
  return *failure;
}

}  // namespace

TEST_CASE("an object in S3 that is an archive is unpacked, whatever its key") {
  const Base base;
  const std::string key = GENERATE("code.tar.gz", "job/source/sourcedir.tar.gz", "no-suffix", "odd.py");
  S3Uri asked;
  fetch_code("s3://bucket/" + key, base.code, {}, {},
             [&](const S3Uri& uri, const S3Options&, const Interrupt&) {
               asked = uri;
               return S3Object{.bytes = source_of(archive)};
             });
  CHECK(asked.bucket == "bucket");
  CHECK(asked.key == key);
  CHECK(tree_of(base.code) == unpacked);
  CHECK(tree_of(base.root).size() == unpacked.size() + 1);
}

TEST_CASE("an object in S3 that is no archive is stored under its key's last segment") {
  const Base base;
  fetch_code("s3://b/some/where/train.py", base.code, {}, {}, object("print(1)"));
  fetch_code("s3://b/empty", base.code, {}, {}, object(""));
  CHECK(tree_of(base.code) == Tree{{"train.py", "file 0644 print(1)"}, {"empty", "file 0644 "}});
}

TEST_CASE("an object named like an archive that is none is an error, and so is an empty one") {
  const Base base;
  const Failure none = refusal("s3://b/code.tar.gz", base.code, object("<html>"));
  CHECK(none.cause == Cause::bad_data);
  CHECK(contains(none.what, "s3://b/code.tar.gz: is not an archive"));
  CHECK(contains(refusal("s3://b/code.tgz", base.code, object("")).what, "is empty"));
  CHECK(tree_of(base.root).empty());
}

TEST_CASE("S3's own error comes through, and nothing is made") {
  const Base base;
  CHECK(refusal("s3://b/k", base.code, [](const S3Uri&, const S3Options&, const Interrupt&) -> S3Object {
          throw Error({.cause = Cause::denied, .what = "s3://b/k: denied", .remedy = "x"});
        }).cause == Cause::denied);
  CHECK(tree_of(base.root).empty());
}

TEST_CASE("a key that ends in a slash or dots names no file") {
  const Base base;
  for (const char* source : {"s3://b/prefix/", "s3://b/..", "s3://b/a/."})
    CHECK(refusal(source, base.code).cause == Cause::usage);
}

TEST_CASE("a local archive is unpacked, and a lone file is copied with its mode") {
  const Base base;
  put_file(base.root / "in/code.bin", archive);
  put_file(base.root / "in/run.sh", "#!/bin/sh\n");
  ::chmod((base.root / "in/run.sh").c_str(), 0755);
  fetch_code((base.root / "in/code.bin").native(), base.code, {}, {}, no_s3);
  fetch_code((base.root / "in/run.sh").native(), base.code, {}, {}, no_s3);
  Tree expected = unpacked;
  expected["run.sh"] = "file 0755 #!/bin/sh\n";
  CHECK(tree_of(base.code) == expected);
}

TEST_CASE("a local directory is copied, with what its symlinks lead to") {
  const Base base;
  put_file(base.root / "in/d/f", "x");
  fs::create_symlink("d/f", base.root / "in/l");
  ::chmod((base.root / "in/d").c_str(), 0500);
  const std::string slash = GENERATE("", "/", "/.");
  fetch_code((base.root / "in").native() + slash, base.code, {}, {}, no_s3);
  CHECK(tree_of(base.code) == Tree{{"d", "dir 0500"}, {"d/f", "file 0644 x"}, {"l", "file 0644 x"}});
  CHECK(fs::exists(base.root / "in/d/f"));
}

TEST_CASE("file URIs are percent-decoded, and plain paths are not") {
  const Base base;
  put_file(base.root / "in put/a%20é.py", "x");
  fetch_code("file://" + base.root.native() + "/in%20put/a%2520%C3%a9.py", base.code, {}, {}, no_s3);
  CHECK(tree_of(base.code) == Tree{{"a%20é.py", "file 0644 x"}});
  fs::remove(base.code / "a%20é.py");
  fetch_code("file://localhost" + base.root.native() + "/in%20put", base.code, {}, {}, no_s3);
  fetch_code(base.root.native() + "/in put/a%20é.py", base.code, {}, {}, no_s3);
  CHECK(tree_of(base.code) == Tree{{"a%20é.py", "file 0644 x"}});
}

TEST_CASE("what is no source that we know is a usage error that quotes it") {
  const Base base;
  for (const std::string source : {"", "file://host/code", "file:///a%2", "file:///%00"}) {
    const Failure failure = refusal(source, base.code);
    CHECK(failure.cause == Cause::usage);
    CHECK(contains(failure.what, "\"" + source + "\""));
  }
}

TEST_CASE("of a URL that is no source only the scheme is told, as the rest may hold a secret") {
  const Base base;
  const Failure failure = refusal("https://user:secret@host/code.tar.gz?X-Amz-Signature=secret", base.code);
  CHECK(failure.cause == Cause::usage);
  CHECK(contains(failure.what, "https://..."));
  CHECK_FALSE(contains(failure.what, "secret"));
}

TEST_CASE("a source that is missing, or closed to us, is named") {
  const Base base;
  ::chmod(base.root.c_str(), 0755);
  put_file(base.root / "closed/f", "x");
  put_file(base.root / "file", "x");
  ::chmod((base.root / "closed").c_str(), 0700);
  CHECK(refusal((base.root / "missing").native(), base.code).cause == Cause::no_input);
  CHECK(refusal((base.root / "file/f").native(), base.code).cause == Cause::no_input);
  CHECK(refusal("file://" + (base.root / "missing").native(), base.code).cause == Cause::no_input);
  if (::geteuid() != 0) return;
  fs::create_directory(base.root / "own");
  const AsNobody nobody(base.root / "own");
  const Failure denied = refusal((base.root / "closed/f").native(), base.root / "own/code");
  CHECK(denied.cause == Cause::denied);
  CHECK(contains(denied.what, (base.root / "closed/f").native()));
}

TEST_CASE("a FIFO, as the source or in it, is refused and nothing is left") {
  const Base base;
  put_file(base.root / "in/train.py", "x");
  REQUIRE(::mkfifo((base.root / "in/p").c_str(), 0600) == 0);
  CHECK(contains(refusal((base.root / "in").native(), base.code).what, "in/p is a FIFO"));
  CHECK(contains(refusal((base.root / "in/p").native(), base.code).what, "is a FIFO"));
  CHECK_FALSE(fs::exists(base.code));
}

TEST_CASE("a relative code directory is made where we stand") {
  const Base base;
  const fs::path before = fs::current_path();
  fs::current_path(base.root);
  fetch_code("s3://b/train.py", "code", {}, {}, object("x"));
  fetch_code("s3://b/train.py", "made/deep/", {}, {}, object("y"));
  fs::current_path(before);
  CHECK(content_of(base.code / "train.py") == "x");
  CHECK(content_of(base.root / "made/deep/train.py") == "y");
}

TEST_CASE("what came is counted, and nothing is where the code is there already") {
  const Base base;
  const auto fetched = fetch_code("s3://b/k", base.code, {}, {}, object(archive));
  REQUIRE(fetched.has_value());
  CHECK(fetched->files == 2);
  CHECK(fetched->bytes == 3);
  put_file(base.root / "one.py", "12345");
  const auto overlaid = fetch_code((base.root / "one.py").native(), base.code, {}, {}, no_s3);
  REQUIRE(overlaid.has_value());
  CHECK(overlaid->files == 1);
  CHECK(overlaid->bytes == 5);
  CHECK_FALSE(fetch_code(base.code.native(), base.code, {}, {}, no_s3).has_value());
}

TEST_CASE("a fetch that fails leaves no directory that it made") {
  const Base base;
  refusal("s3://b/code.tar.gz", base.root / "a/b/code", object("<html>"));
  CHECK(tree_of(base.root).empty());
}

TEST_CASE("the code directory as its own source is left as it is") {
  const Base base;
  put_file(base.code / "train.py", "x");
  fs::create_directory_symlink("code", base.root / "link");
  for (const char* source : {"code", "code/", "./code/../code", "link", "link/"}) {
    fetch_code((base.root / source).native(), base.code, {}, {}, no_s3);
    fetch_code((base.root / "code").native(), base.root / source, {}, {}, no_s3);
  }
  CHECK(tree_of(base.code) == Tree{{"train.py", "file 0644 x"}});
}

TEST_CASE("a source directory in the code directory, or the other way round, is refused") {
  const Base base;
  put_file(base.code / "sub/train.py", "x");
  CHECK(refusal((base.code / "sub").native(), base.code).cause == Cause::usage);
  CHECK(refusal(base.root.native(), base.code).cause == Cause::usage);
  CHECK(contains(refusal(base.root.native() + "/", base.code / "sub/deep").what, "one in the other"));
  CHECK(tree_of(base.code) == Tree{{"sub", "dir 0755"}, {"sub/train.py", "file 0644 x"}});
}

TEST_CASE("an archive that lies in the code directory is unpacked there") {
  const Base base;
  put_file(base.code / "sourcedir.tar.gz", archive);
  fetch_code((base.code / "sourcedir.tar.gz").native(), base.code, {}, {}, no_s3);
  Tree expected = unpacked;
  expected["sourcedir.tar.gz"] = "file 0644 " + archive;
  CHECK(tree_of(base.code) == expected);
}

TEST_CASE("what is in the code directory already stays, and the new one wins") {
  const Base base;
  put_file(base.code / "keep.py", "old");
  put_file(base.code / "train.py", "old");
  put_file(base.code / "pkg/b.py", "old");
  fetch_code("s3://b/k.tar.gz", base.code, {}, {}, object(archive));
  Tree expected = unpacked;
  expected["keep.py"] = "file 0644 old";
  expected["pkg/b.py"] = "file 0644 old";
  CHECK(tree_of(base.code) == expected);
}

TEST_CASE("code that is there is kept, and then nothing is fetched") {
  const Base base;
  const FetchOptions keep = {.existing_code = ExistingCode::keep};
  fs::create_directories(base.code / ".sm-train-killed/tree");
  put_file(base.root / "in.py", "x");
  REQUIRE(fetch_code("s3://b/k", base.code, keep, {}, object(archive)).has_value());
  CHECK(tree_of(base.code) == unpacked);
  for (const std::string& source : {std::string("s3://b/k"), (base.root / "in.py").native()})
    CHECK_FALSE(fetch_code(source, base.code, keep, {}, no_s3).has_value());
  CHECK(tree_of(base.code) == unpacked);
}

TEST_CASE("code that is there is replaced by an object, a directory, an archive and a file") {
  const Base base;
  const FetchOptions replace = {.existing_code = ExistingCode::replace};
  put_file(base.code / "train.py", "old");
  put_file(base.code / "old/f", "old");
  put_file(base.root / "in/f", "x");
  put_file(base.code / "in.tgz", archive);
  fetch_code((base.code / "in.tgz").native(), base.code, replace, {}, no_s3);
  CHECK(tree_of(base.code) == unpacked);
  fetch_code((base.root / "in").native(), base.code, replace, {}, no_s3);
  CHECK(tree_of(base.code) == Tree{{"f", "file 0644 x"}});
  fetch_code("s3://b/k", base.code, replace, {}, object(archive));
  CHECK(tree_of(base.code) == unpacked);
  fetch_code((base.root / "in/f").native(), base.code, replace, {}, no_s3);
  CHECK(tree_of(base.code) == Tree{{"f", "file 0644 x"}});
  CHECK(tree_of(base.root).size() == 4);
}

TEST_CASE("code that was to be replaced is as it was where the new one is broken, or is itself") {
  const Base base;
  const FetchOptions replace = {.existing_code = ExistingCode::replace};
  put_file(base.code / "train.py", "old");
  const Tree before = tree_of(base.root);
  const std::string broken = archive.substr(0, archive.size() - 9);
  CHECK(failure_of([&] { fetch_code("s3://b/k", base.code, replace, {}, object(broken)); }).has_value());
  CHECK_FALSE(fetch_code(base.code.native(), base.code, replace, {}, no_s3).has_value());
  CHECK(tree_of(base.root) == before);
}

TEST_CASE("a code directory that is a link is filled where it leads") {
  const Base base;
  put_file(base.root / "real/keep.py", "old");
  fs::create_directory_symlink("real", base.code);
  fetch_code("s3://b/k.tar.gz", base.code, {}, {}, object(archive));
  CHECK(fs::is_symlink(base.code));
  CHECK(fs::exists(base.root / "real/train.py"));
}

TEST_CASE("a file in the code directory's place is an error") {
  const Base base;
  put_file(base.code, "x");
  CHECK(refusal("s3://b/k.tar.gz", base.code, object(archive)).cause == Cause::cannot_create);
  CHECK(content_of(base.code) == "x");
}

TEST_CASE("a code directory that we cannot write to is an error that names it") {
  const Base base;
  if (::geteuid() != 0) return;
  fs::create_directory(base.code);
  ::chmod(base.root.c_str(), 0755);
  fs::create_directory(base.root / "own");
  const AsNobody nobody(base.root / "own");
  const Failure failure = refusal("s3://b/k.tar.gz", base.code, object(archive));
  CHECK(failure.cause == Cause::denied);
  CHECK(contains(failure.what, base.root.native()));
}

TEST_CASE("who is not root fetches too, read-only directories included") {
  const Base base;
  ::chmod(base.root.c_str(), 0755);
  fs::create_directory(base.root / "own");
  const AsNobody nobody(base.root / "own");
  const fs::path code = base.root / "own/code";
  const std::string bytes = gzip(tar(
      {{.name = "d", .type = '5', .mode = 0500}, {.name = "d/e", .type = '5', .mode = 0}, {.name = "d/f"}}));
  fetch_code("s3://b/k", code, {}, {}, object(bytes));
  fetch_code("s3://b/k", code, {}, {}, object(bytes));  // over what is there
  ::chmod((code / "d/e").c_str(), 0700);
  CHECK(tree_of(code) == Tree{{"d", "dir 0500"}, {"d/e", "dir 0700"}, {"d/f", "file 0644 "}});
}

TEST_CASE("a refused archive leaves the code as it was, and nothing beside it") {
  const Base base;
  put_file(base.code / "train.py", "old");
  const Tree before = tree_of(base.root);
  const std::string hostile = gzip(tar({{.name = "train.py", .content = "new"}, {.name = "../escaped"}}));
  CHECK(refusal("s3://b/k", base.code, object(hostile)).cause == Cause::bad_data);
  CHECK(tree_of(base.root) == before);
}

TEST_CASE("an interrupted fetch leaves the code as it was, and nothing beside it") {
  const Base base;
  put_file(base.root / "in/a", "x");
  put_file(base.root / "in.py", "x");
  put_file(base.root / "in.tar", tar({{.name = "f"}}));
  const Tree before = tree_of(base.root);
  const Interrupt stop = {
      .check = [] { throw Error({.cause = Cause::terminated, .what = "x", .remedy = ""}); }};
  for (const char* source : {"in", "in.py", "in.tar"}) {
    const auto failure =
        failure_of([&] { fetch_code((base.root / source).native(), base.code, {}, stop, no_s3); });
    REQUIRE(failure.has_value());
    CHECK(failure->cause == Cause::terminated);
  }
  CHECK(tree_of(base.root) == before);
}

TEST_CASE("a fetch that takes longer than its timeout is over, and leaves nothing") {
  const Base base;
  const FetchOptions short_time = {.timeout = std::chrono::milliseconds(5)};
  const std::string start = tar({{.name = "f", .content = std::string(1 << 20, 'x')}}).substr(0, 1024);
  const OpenObject never_opens = [](const S3Uri&, const S3Options&, const Interrupt& interrupt) -> S3Object {
    while (true) wait_for(std::chrono::hours(1), interrupt);
  };
  const OpenObject never_ends = [&](const S3Uri& uri, const S3Options&, const Interrupt& interrupt) {
    const std::string head = uri.key == "archive" ? start : "#";
    return S3Object{.bytes = [head, interrupt, given = false]() mutable -> std::string_view {
      if (!std::exchange(given, true)) return head;
      wait_for(std::chrono::hours(1), interrupt);
      return {};
    }};
  };
  // Never waits, so that nothing but the writing side can look at the time.
  const OpenObject endless = [&](const S3Uri&, const S3Options&, const Interrupt&) {
    return S3Object{.bytes = [block = std::string(1024, 'x')]() -> std::string_view { return block; }};
  };
  const auto [open_object, source] =
      GENERATE_REF(table<OpenObject, const char*>({{never_opens, "s3://b/archive"},
                                                   {never_ends, "s3://b/archive"},
                                                   {never_ends, "s3://b/file.py"},
                                                   {endless, "s3://b/file.py"}}));
  const auto failure = failure_of([&, &source = source, &open_object = open_object] {
    fetch_code(source, base.code, short_time, {}, open_object);
  });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::unavailable);
  CHECK(contains(failure->what, std::string(source) + " was not fetched within 0.005 s"));
  CHECK(contains(failure->remedy, "--fetch-timeout"));
  CHECK(tree_of(base.root).empty());
}

namespace {

/// A whole, right tree or an error with nothing left; anything else fails the test.
bool is_whole_or_nothing(const Base& base, const std::string& bytes, const Tree& whole) {
  const auto failure =
      failure_of([&] { fetch_code("s3://b/code.tar.gz", base.code, {}, {}, object(bytes)); });
  if (!failure) {
    const bool right = tree_of(base.code) == whole;
    fs::remove_all(base.code);
    return right && tree_of(base.root).empty();
  }
  return failure->cause == Cause::bad_data && tree_of(base.root).empty();
}

}  // namespace

TEST_CASE("an archive cut off or changed anywhere is a whole tree or an error with nothing left") {
  std::string noise;
  for (unsigned i = 0, state = 1; i < 3000; ++i)
    noise += static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
  const std::string plain = tar({{.name = "train.py", .content = "print(1)\n"},
                                 pax("path", "é.txt"),
                                 {.name = "x", .content = noise},
                                 {.name = "pkg/a.py"},
                                 {.name = "l", .type = '2', .link = "train.py"}});
  const Base base;
  fetch_code("s3://b/code.tar.gz", base.code, {}, {}, object(plain));
  const Tree whole = tree_of(base.code);
  REQUIRE(whole.size() == 5);
  fs::remove_all(base.code);

  const std::string packed = gzip(plain);
  for (std::size_t size = 0; size < packed.size(); size += size < 64 || size + 64 > packed.size() ? 1 : 13) {
    INFO("cut to " << size);
    REQUIRE(is_whole_or_nothing(base, packed.substr(0, size), whole));
  }
  for (std::size_t offset = 0; offset < packed.size();
       offset += offset < 64 || offset + 64 > packed.size() ? 1 : 7) {
    INFO("changed at " << offset);
    std::string changed = packed;
    changed[offset] ^= static_cast<char>(1U << (offset % 8));
    REQUIRE(is_whole_or_nothing(base, changed, whole));
  }
}

TEST_CASE("a plain tar changed anywhere never escapes, and an error leaves nothing") {
  const std::string plain = tar({{.name = "a/b.py", .content = "x"},
                                 pax("path", "c.txt"),
                                 {.name = "x", .content = "y"},
                                 {.name = "l", .type = '2', .link = "a/b.py"},
                                 {.name = "h", .type = '1', .link = "c.txt"}});
  const Base base;
  for (std::size_t offset = 0; offset < plain.size(); offset += 3) {
    std::string changed = plain;
    changed[offset] ^= static_cast<char>(1U << (offset % 7));
    const auto failure =
        failure_of([&] { fetch_code("s3://b/code.tar", base.code, {}, {}, object(changed)); });
    INFO("changed at " << offset);
    for (const auto& entry : fs::directory_iterator(base.root)) REQUIRE(entry.path() == base.code);
    REQUIRE(fs::exists(base.code) == !failure.has_value());
    fs::remove_all(base.code);
  }
}

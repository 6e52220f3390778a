#include "sm_train/system/archive.hpp"

#include <clocale>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "catch.hpp"
#include "sm_train/system/files.hpp"
#include "support/archive_samples.hpp"
#include "support/tar_writer.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

Tree extracted(const std::string& bytes, std::size_t block = 64 << 10) {
  const TempDir directory;
  extract_archive(source_of(bytes, block), "code.tar", directory.path());
  return tree_of(directory.path());
}

/// Unpacks in a directory of a directory, and sees that nothing came to lie in the outer one.
Failure refusal(const std::string& bytes) {
  const TempDir outer;
  const auto inner = outer.path() / "inner";
  std::filesystem::create_directory(inner);
  const auto failure = failure_of([&] { extract_archive(source_of(bytes), "s3://b/code.tar", inner); });
  REQUIRE(failure.has_value());
  CHECK(std::distance(std::filesystem::directory_iterator(outer.path()), {}) == 1);
  CHECK(contains(failure->what, "s3://b/code.tar"));
  CHECK_FALSE(failure->remedy.empty());
  CHECK(failure->cause == Cause::bad_data);
  return *failure;
}

const std::vector<TarEntry> small_tree = {{.name = "train.py", .content = "print(1)\n"},
                                          {.name = "pkg/", .type = '5', .mode = 0755},
                                          {.name = "pkg/__init__.py"}};
const Tree small_tree_unpacked = {
    {"train.py", "file 0644 print(1)\n"}, {"pkg", "dir 0755"}, {"pkg/__init__.py", "file 0644 "}};

std::vector<TarEntry> entries_of(int count) {
  std::vector<TarEntry> entries;
  for (int i = 0; i < count; ++i) entries.push_back({.name = "f" + std::to_string(i), .content = "x"});
  return entries;
}

const Tree sample_unpacked = {{"pkg", "dir 0755"}, {"pkg/train.py", "file 0755 print(1)\n"}};

}  // namespace

TEST_CASE("a plain tar is unpacked, however small its blocks come") {
  CHECK(extracted(tar(small_tree)) == small_tree_unpacked);
  CHECK(extracted(tar(small_tree), 1) == small_tree_unpacked);
}

TEST_CASE("a tar compressed with gzip, bzip2, xz or zstd is unpacked") {
  CHECK(extracted(gzip(tar(small_tree))) == small_tree_unpacked);
  CHECK(extracted(gzip(tar(small_tree)), 1) == small_tree_unpacked);
  CHECK(extracted(from_hex(bzip2_hex)) == sample_unpacked);
  CHECK(extracted(from_hex(xz_hex)) == sample_unpacked);
  CHECK(extracted(from_hex(zstd_hex)) == sample_unpacked);
  CHECK(extracted(from_hex(zstd_hex), 1) == sample_unpacked);
}

TEST_CASE("a zip is unpacked with its modes, symlinks and unicode names") {
  Tree expected = sample_unpacked;
  expected["é😀.txt"] = "file 0644 x";
  expected["link"] = "link pkg/train.py";
  CHECK(extracted(from_hex(zip_hex)) == expected);
}

TEST_CASE("a gzip of several members is read to the end, and what follows and is none is not") {
  const std::string whole = tar(small_tree);
  CHECK(extracted(gzip(whole.substr(0, 700)) + gzip(whole.substr(700))) == small_tree_unpacked);
  CHECK(extracted(gzip(whole) + std::string(10000, '\0')) == small_tree_unpacked);
  CHECK(extracted(gzip(whole) + "garbage") == small_tree_unpacked);
}

TEST_CASE("a tar that ends without its zero blocks, or with many, is whole") {
  CHECK(extracted(tar_entries(small_tree)) == small_tree_unpacked);
  CHECK(extracted(tar_entries(small_tree) + std::string(512, '\0')) == small_tree_unpacked);
  CHECK(extracted(gzip(tar_entries(small_tree))) == small_tree_unpacked);
  CHECK(extracted(tar(small_tree) + std::string(20480, '\0')) == small_tree_unpacked);
}

TEST_CASE("an empty tar gives an empty tree") {
  CHECK(extracted(gzip(end_of_archive())).empty());
}

TEST_CASE("modes are kept without setuid, setgid and sticky, whatever the umask") {
  const mode_t before = ::umask(077);
  const Tree tree = extracted(tar({{.name = "suid", .content = "x", .mode = 06755},
                                   {.name = "ro", .content = "x", .mode = 0444},
                                   {.name = "d", .type = '5', .mode = 0500},
                                   {.name = "d/f", .content = "x", .mode = 0666},
                                   {.name = "t", .type = '5', .mode = 01777}}));
  ::umask(before);
  CHECK(tree == Tree{{"suid", "file 0755 x"},
                     {"ro", "file 0444 x"},
                     {"d", "dir 0500"},
                     {"d/f", "file 0666 x"},
                     {"t", "dir 0777"}});
}

TEST_CASE("missing parents are made, and are 0755") {
  CHECK(extracted(tar({{.name = "a/b/c.txt", .content = "x"}})) ==
        Tree{{"a", "dir 0755"}, {"a/b", "dir 0755"}, {"a/b/c.txt", "file 0644 x"}});
}

TEST_CASE("files, directories and symlinks keep their time, and files their owner not") {
  const TempDir directory;
  extract_archive(source_of(tar({{.name = "d", .type = '5', .mode = 0755, .modified = 1000},
                                 {.name = "d/f", .content = "x", .modified = 2000},
                                 {.name = "l", .type = '2', .link = "d", .modified = 3000}})),
                  "code.tar", directory.path());
  const auto status = [&](const char* name) {
    struct stat found = {};
    ::lstat((directory.path() / name).c_str(), &found);
    return found;
  };
  CHECK(status("d").st_mtim.tv_sec == 1000);
  CHECK(status("d/f").st_mtim.tv_sec == 2000);
  CHECK(status("l").st_mtim.tv_sec == 3000);
  CHECK(status("d/f").st_uid == ::geteuid());
}

TEST_CASE("odd names are kept: long, unicode, with spaces, line feeds, dots and doubled slashes") {
  const std::string long_name = std::string(120, 'x') + "/" + std::string(200, 'y');
  CHECK(extracted(tar({{.name = "sp ace"},
                       {.name = "./dot/./x"},
                       {.name = "a//b"},
                       {.name = "nl\nx"},
                       {.name = "..."},
                       gnu_long_name(long_name),
                       {.name = "short"}})) == Tree{{"sp ace", "file 0644 "},
                                                    {"dot", "dir 0755"},
                                                    {"dot/x", "file 0644 "},
                                                    {"a", "dir 0755"},
                                                    {"a/b", "file 0644 "},
                                                    {"nl\nx", "file 0644 "},
                                                    {"...", "file 0644 "},
                                                    {std::string(120, 'x'), "dir 0755"},
                                                    {long_name, "file 0644 "}});
}

TEST_CASE("names and link targets are kept byte for byte in any locale") {
  const char* locale = GENERATE("C", "C.UTF-8");
  const std::string decomposed = "e\xcc\x81";  // e and an acute accent: normalising would join them
  const std::string emoji = "é😀.txt";
  const std::string latin1 = "\xe9.txt";
  REQUIRE(std::setlocale(LC_ALL, locale) != nullptr);
  const Tree tree = extracted(tar({pax("path", emoji),
                                   {.name = "x"},
                                   pax("path", decomposed),
                                   {.name = "x"},
                                   pax("path", latin1),
                                   {.name = "x"},
                                   {.name = "\xfe"},
                                   {.name = "owned", .owner = "J\xf8rgen"},
                                   pax("linkpath", emoji),
                                   {.name = "l", .type = '2', .link = "x"},
                                   pax("linkpath", emoji),
                                   {.name = "h", .type = '1', .link = "x"}}));
  std::setlocale(LC_ALL, "C");
  CHECK(tree == Tree{{emoji, "file 0644 "},
                     {decomposed, "file 0644 "},
                     {latin1, "file 0644 "},
                     {"\xfe", "file 0644 "},
                     {"owned", "file 0644 "},
                     {"l", "link " + emoji},
                     {"h", "file 0644 "}});
}

TEST_CASE("a sparse file has its holes and its whole length") {
  // GNU's format 1.0: the map (one piece of 3 bytes at 4096) stands before the data, in a block of its own.
  std::string map = "1\n4096\n3\n";
  map.resize(512);
  TarEntry sparse = {.name = "GNUSparseFile.0/holes", .content = map + "abc"};
  const std::string records = pax("GNU.sparse.major", "1").content + pax("GNU.sparse.minor", "0").content +
                              pax("GNU.sparse.name", "holes").content +
                              pax("GNU.sparse.realsize", "10000").content;
  const Tree tree = extracted(tar({{.name = "PaxHeaders/x", .type = 'x', .content = records}, sparse}));
  std::string expected(10000, '\0');
  expected.replace(4096, 3, "abc");
  CHECK(tree == Tree{{"holes", "file 0644 " + expected}});
}

TEST_CASE("links that stay inside are made, wherever their target stands") {
  CHECK(extracted(tar({{.name = "l", .type = '2', .link = "pkg/train.py"},
                       {.name = "pkg/train.py", .content = "x"},
                       {.name = "pkg/up", .type = '2', .link = "../l"},
                       {.name = "nowhere", .type = '2', .link = "missing"},
                       {.name = "self", .type = '2', .link = "self"},
                       {.name = "h", .type = '1', .link = "./pkg/train.py"}})) ==
        Tree{{"l", "link pkg/train.py"},
             {"pkg", "dir 0755"},
             {"pkg/train.py", "file 0644 x"},
             {"pkg/up", "link ../l"},
             {"nowhere", "link missing"},
             {"self", "link self"},
             {"h", "file 0644 x"}});
}

TEST_CASE("of two entries of one name the last stands, and writes through no link") {
  CHECK(extracted(tar({{.name = "a", .content = "1"},
                       {.name = "h", .type = '1', .link = "a"},
                       {.name = "s", .type = '2', .link = "a"},
                       {.name = "h", .content = "2"},
                       {.name = "s", .content = "3"}})) ==
        Tree{{"a", "file 0644 1"}, {"h", "file 0644 2"}, {"s", "file 0644 3"}});
  // What a replaced symlink led to is of no more concern.
  CHECK(extracted(tar({{.name = "s", .type = '2', .link = "/etc"}, {.name = "s", .content = "1"}})) ==
        Tree{{"s", "file 0644 1"}});
}

TEST_CASE("names that lead out are refused, and the archive and the entry are named") {
  CHECK(contains(refusal(tar({{.name = "../escaped.txt"}})).what, "\"../escaped.txt\""));
  CHECK(contains(refusal(tar({{.name = "a/../../escaped.txt"}})).what, "holds \"..\""));
  CHECK(contains(refusal(tar({{.name = "a/.."}})).what, "holds \"..\""));
  CHECK(contains(refusal(tar({{.name = "..", .type = '5'}})).what, "holds \"..\""));
  CHECK(contains(refusal(tar({{.name = "/tmp/sm-train-absolute"}})).what, "absolute"));
  CHECK(contains(refusal(tar({{.name = "/", .type = '5'}})).what, "absolute"));
  CHECK(contains(refusal(tar({pax("path", "../x"), {.name = "x"}})).what, "\"../x\""));
  CHECK(contains(refusal(from_hex(zip_escape_hex)).what, "\"../escape\""));
}

TEST_CASE("an entry's name is shown without its control characters") {
  CHECK(contains(refusal(tar({{.name = "../\x1b[31m\n"}})).what, "\"../\\x1b[31m\\x0a\""));
}

TEST_CASE("symlinks that lead out are refused, at once or by a chain") {
  const auto link = [](const std::string& name, const std::string& target) {
    return TarEntry{.name = name, .type = '2', .link = target};
  };
  CHECK(contains(refusal(tar({link("out", "../../..")})).what, "\"out\""));
  CHECK(contains(refusal(tar({link("out", "/etc")})).what, "symlink to \"/etc\""));
  CHECK(contains(refusal(tar({link("out", "/")})).what, "leads out"));
  CHECK(contains(refusal(tar({link("a", "b"), link("b", "..")})).what, "leads out"));
  CHECK(contains(refusal(tar({link("a", "d/../../x"), {.name = "d/f"}})).what, "leads out"));
  // Each by its text alone stays inside: d/e/up is the top, so d/e/up/.. is above it.
  CHECK(contains(refusal(tar({link("d/e/up", "../.."), link("x", "d/e/up/../y")})).what, "\"x\""));
  CHECK(contains(refusal(tar({link("d/e/up", "../.."), link("d/e/z", "up/../etc")})).what, "\"d/e/z\""));
}

TEST_CASE("nothing is written through a symlink, one that stays inside either") {
  const TarEntry link = {.name = "l", .type = '2', .link = "d"};
  CHECK(contains(refusal(tar({{.name = "d", .type = '5'}, link, {.name = "l/x"}})).what, "\"l/x\""));
  CHECK(contains(refusal(tar({{.name = "d", .type = '5'}, link, {.name = "l", .type = '5'}})).what, "\"l\""));
  CHECK(contains(refusal(tar({{.name = "out", .type = '2', .link = ".."}, {.name = "out/x"}})).what,
                 "\"out/x\""));
  CHECK(contains(refusal(tar({{.name = "a", .type = '2', .link = "b"},
                              {.name = "b", .type = '2', .link = ".."},
                              {.name = "a/x"}}))
                     .what,
                 "\"a/x\""));
}

TEST_CASE("hard links to what is not a file of the archive are refused") {
  const auto hard = [](const std::string& target) {
    return TarEntry{.name = "h", .type = '1', .link = target};
  };
  CHECK(contains(refusal(tar({hard("/etc/passwd")})).what, "hard link to \"/etc/passwd\", which leads out"));
  CHECK(contains(refusal(tar({hard("../inner")})).what, "hard link to \"../inner\", which leads out"));
  CHECK(contains(refusal(tar({hard("missing")})).what, "hard link to \"missing\""));
  CHECK(contains(refusal(tar({{.name = "s", .type = '2', .link = "/etc/passwd"}, hard("s")})).what, "\"h\""));
  CHECK(
      contains(refusal(tar({{.name = "s", .type = '2', .link = "/etc"}, hard("s/passwd")})).what, "symlink"));
}

TEST_CASE("devices and FIFOs are refused") {
  for (const char type : {'3', '4', '6'})
    CHECK(contains(refusal(tar({{.name = "special", .type = type}})).what, "a device, a FIFO or a socket"));
}

TEST_CASE("a file and a directory of one name are refused") {
  const TarEntry directory = {.name = "d", .type = '5', .mode = 0755};
  CHECK(contains(refusal(tar({directory, {.name = "d/f"}, {.name = "d"}})).what, "is a directory"));
  CHECK(contains(refusal(tar({directory, {.name = "d"}})).what, "is a directory"));
  CHECK(contains(refusal(tar({directory, {.name = "d", .type = '2', .link = "x"}})).what, "is a directory"));
  CHECK(contains(refusal(tar({{.name = "d"}, directory})).what, "not a directory"));
  CHECK(contains(refusal(tar({{.name = "d"}, {.name = "d/f"}})).what, "not a directory"));
}

TEST_CASE("a tree of absurd depth is refused") {
  std::string name;
  for (int i = 0; i < 300; ++i) name += "d/";
  CHECK(contains(refusal(tar({gnu_long_name(name), {.name = "x", .type = '5'}})).what, "too long"));
}

TEST_CASE("corrupt, truncated and foreign data have messages of their own") {
  const std::string plain = tar({{.name = "z.bin", .content = std::string(200000, 'z')}, {.name = "after"}});
  const std::string packed = gzip(plain);

  std::string wrong_crc = packed;
  wrong_crc[packed.size() - 8] ^= 1;
  CHECK(contains(refusal(wrong_crc).what, "gzip data is corrupt (incorrect"));
  std::string wrong_length = packed;
  wrong_length[packed.size() - 4] ^= 1;
  CHECK(contains(refusal(wrong_length).what, "gzip data is corrupt (incorrect"));
  CHECK(contains(refusal(packed.substr(0, packed.size() / 2)).what, "ends in the middle of the gzip data"));
  CHECK(contains(refusal(packed.substr(0, packed.size() - 1)).what, "ends in the middle of the gzip data"));
  CHECK(contains(refusal(plain.substr(0, 100000)).what, "cut off in or after entry \"z.bin\""));
  CHECK(contains(refusal("").what, "is empty"));
  CHECK(contains(refusal("print(1)\n").what, "not an archive"));
  CHECK(contains(refusal(gzip("print(1)\n")).what, "no tar archive"));
  CHECK(contains(refusal(gzip("")).what, "no tar archive"));
}

TEST_CASE("cut off or damaged bzip2, xz, zstd and zip are refused") {
  for (const std::string_view hex : {bzip2_hex, xz_hex, zstd_hex, zip_hex}) {
    const std::string whole = from_hex(hex);
    refusal(whole.substr(0, whole.size() / 2));
    refusal(whole.substr(0, whole.size() - 5));
    std::string damaged = whole;
    damaged[damaged.size() / 2] ^= 0x55;
    refusal(damaged);
  }
  for (const std::string_view hex : {bzip2_hex, xz_hex, zstd_hex}) refusal(from_hex(hex) + "something else");
}

TEST_CASE("a damaged header in the middle is an error, and not the end") {
  std::string damaged = tar(small_tree);
  damaged[1024 + 10] ^= 0x20;
  CHECK(contains(refusal(damaged).what, "in or after entry \"train.py\""));

  std::string zeroed = tar(small_tree);
  zeroed.replace(1024, 512, std::string(512, '\0'));
  CHECK(contains(refusal(zeroed).what, "followed by something else"));
}

TEST_CASE("malformed pax records are an error, and not passed over") {
  CHECK(contains(refusal(tar({{.name = "p", .type = 'x', .content = "99 path=x\n"}, {.name = "f"}})).what,
                 "damaged"));
}

TEST_CASE("the source's own error comes through, wherever it strikes") {
  const std::string bytes =
      GENERATE(tar(small_tree), gzip(tar(small_tree)), from_hex(xz_hex), from_hex(zip_hex));
  for (std::size_t good = 0; good < bytes.size(); good += 7) {
    const TempDir directory;
    // Asked again after that it claims to be at its end, as a closed connection does.
    const ByteSource failing = [inner = source_of(bytes.substr(0, good), 100), failed = false]() mutable {
      const std::string_view block = inner();
      if (block.empty() && !std::exchange(failed, true))
        throw Error({.cause = Cause::unavailable, .what = "reset", .remedy = ""});
      return block;
    };
    const auto failure = failure_of([&] { extract_archive(failing, "code", directory.path()); });
    REQUIRE(failure.has_value());
    REQUIRE(failure->cause == Cause::unavailable);
  }
}

TEST_CASE("the source is read to its end, so that it can check the whole") {
  const std::string bytes =
      GENERATE(tar(small_tree) + std::string(100000, '\0'), gzip(tar(small_tree)) + std::string(100000, '\0'),
               from_hex(bzip2_hex) + std::string(100000, '\0'), from_hex(zip_hex));
  const TempDir directory;
  bool at_end = false;
  const ByteSource watched = [&, inner = source_of(bytes, 1000)]() mutable {
    const std::string_view block = inner();
    at_end = block.empty();
    return block;
  };
  extract_archive(watched, "code", directory.path());
  CHECK(at_end);
}

TEST_CASE("an interrupt is seen among many entries, within a large file and a long tail, in the own thread") {
  const std::string bytes =
      GENERATE(tar(entries_of(1000)), gzip(tar({{.name = "big", .content = std::string(9 << 20, 'x')}})),
               gzip(tar({})) + std::string(9 << 20, '\0'));
  const TempDir directory;
  const auto caller = std::this_thread::get_id();
  int checks = 0;
  int checks_elsewhere = 0;
  const Interrupt interrupt = {
      .check = [&] { ++(std::this_thread::get_id() == caller ? checks : checks_elsewhere); }};
  extract_archive(source_of(bytes), "code", directory.path(), {}, interrupt);
  CHECK(checks >= 3);
  CHECK(checks_elsewhere == 0);

  const Interrupt stop = {
      .check = [] { throw Error({.cause = Cause::terminated, .what = "x", .remedy = ""}); }};
  const TempDir other;
  const auto failure = failure_of([&] { extract_archive(source_of(bytes), "code", other.path(), {}, stop); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::terminated);
}

TEST_CASE("what comes first in the archive is told, and nothing more is read then") {
  const TarEntry refused = {.name = "../escape"};
  const std::string content(1 << 20, 'x');
  const std::string bytes = tar_entries({refused, {.name = "after", .content = content}});
  int blocks = 0;
  const ByteSource endless = [&, first = true]() mutable -> std::string_view {
    REQUIRE(++blocks < 1000);
    return std::exchange(first, false) ? std::string_view(bytes) : std::string_view(content);
  };
  const ByteSource failing = [&, first = true]() mutable -> std::string_view {
    if (!std::exchange(first, false))
      throw Error({.cause = Cause::unavailable, .what = "reset", .remedy = ""});
    return bytes;
  };
  for (const ByteSource& source : {endless, failing}) {
    const TempDir directory;
    const auto failure = failure_of([&] { extract_archive(source, "code", directory.path()); });
    REQUIRE(failure.has_value());
    CHECK(contains(failure->what, "\"../escape\""));
  }
}

TEST_CASE("entries of several directories in turn, and links between those, come where they belong") {
  CHECK(extracted(tar({{.name = "a/1"},
                       {.name = "b/1"},
                       {.name = "a/2", .content = "x"},
                       {.name = "top"},
                       {.name = "a/b/1"},
                       {.name = "./a//3"},
                       {.name = "b/h", .type = '1', .link = "a/2"},
                       {.name = "b/2"},
                       {.name = "a/l", .type = '2', .link = "../b/1"},
                       {.name = "a/b", .type = '5', .mode = 0700},
                       {.name = "a/2", .content = "y"}})) == Tree{{"a", "dir 0755"},
                                                                  {"a/1", "file 0644 "},
                                                                  {"a/2", "file 0644 y"},
                                                                  {"a/3", "file 0644 "},
                                                                  {"a/b", "dir 0700"},
                                                                  {"a/b/1", "file 0644 "},
                                                                  {"a/l", "link ../b/1"},
                                                                  {"b", "dir 0755"},
                                                                  {"b/1", "file 0644 "},
                                                                  {"b/2", "file 0644 "},
                                                                  {"b/h", "file 0644 x"},
                                                                  {"top", "file 0644 "}});
}

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>
#include <zlib.h>

#include "catch.hpp"
#include "sm_train/system/archive.hpp"
#include "sm_train/system/files.hpp"
#include "support/tar_writer.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;
constexpr const char* tebibyte = "1099511627776";

Tree extracted(const std::string& bytes, const TreeLimits& limits) {
  const TempDir directory;
  extract_archive(source_of(bytes), "code.tar", directory.path(), limits);
  return tree_of(directory.path());
}

std::uint64_t disk_use(const std::filesystem::path& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    struct stat status = {};
    ::lstat(entry.path().c_str(), &status);
    bytes += static_cast<std::uint64_t>(status.st_size);
  }
  return bytes;
}

/// The message of a refusal that names archive and option, before more than the limit came to lie there.
std::string refusal(const ByteSource& bytes, const TreeLimits& limits, std::string_view option) {
  const TempDir directory;
  const auto failure =
      failure_of([&] { extract_archive(bytes, "s3://b/code.tar", directory.path(), limits); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::bad_data);
  CHECK(contains(failure->what, "s3://b/code.tar: "));
  CHECK(contains(failure->remedy, option));
  CHECK((limits.max_bytes == 0 || disk_use(directory.path()) <= limits.max_bytes));
  return failure->what;
}

std::string too_large(const std::string& bytes, std::uint64_t max_bytes) {
  return refusal(source_of(bytes), {.max_entries = 0, .max_bytes = max_bytes}, "--max-code-size");
}

std::string too_many(const std::string& bytes, std::uint64_t max_entries) {
  return refusal(source_of(bytes), {.max_entries = max_entries, .max_bytes = 0}, "--max-code-entries");
}

std::vector<TarEntry> entries(int count) {
  std::vector<TarEntry> all;
  for (int i = 0; i < count; ++i) all.push_back({.name = "f" + std::to_string(i), .content = "x"});
  return all;
}

/// `head`, and zero bytes without an end, as gzip.
ByteSource gzip_of_endless_zeros(std::string head) {
  struct Deflate {
    explicit Deflate(std::string start) : plain(std::move(start)) {
      if (deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("deflateInit2");
    }
    Deflate(const Deflate&) = delete;
    Deflate& operator=(const Deflate&) = delete;
    ~Deflate() { deflateEnd(&stream); }
    z_stream stream = {};
    std::string plain;
    std::string compressed = std::string(4096, '\0');
  };
  return [state = std::make_shared<Deflate>(std::move(head))]() -> std::string_view {
    z_stream& stream = state->stream;
    stream.next_out = reinterpret_cast<Bytef*>(state->compressed.data());
    stream.avail_out = static_cast<uInt>(state->compressed.size());
    while (stream.avail_out > 0) {
      if (stream.avail_in == 0) {
        if (stream.total_in > 0) state->plain.assign(mebibyte, '\0');
        stream.next_in = reinterpret_cast<Bytef*>(state->plain.data());
        stream.avail_in = static_cast<uInt>(state->plain.size());
      }
      deflate(&stream, Z_NO_FLUSH);
    }
    return state->compressed;
  };
}

/// The header alone of a file of 4 GiB.
std::string header_of_four_gibibytes() {
  std::string header = tar_header({.name = "zeros"});
  header.replace(124, 11, "40000000000");
  unsigned long sum = 0;
  header.replace(148, 8, "        ");
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  header.replace(148, 7, octal(sum, 6) + " ");
  return header;
}

std::string little_endian(std::uint32_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

/// A zip of one deflated file, whose headers say that it has `claimed` bytes.
std::string zip(const std::string& content, std::uint32_t claimed) {
  const std::string member = gzip(content);
  const std::string deflated = member.substr(10, member.size() - 18);
  const std::string crc = member.substr(member.size() - 8, 4);
  const std::string sums =
      crc + little_endian(static_cast<std::uint32_t>(deflated.size()), 4) + little_endian(claimed, 4);
  const std::string common = little_endian(20, 2) + little_endian(0, 2) + little_endian(8, 2) +
                             little_endian(0, 4) + sums + little_endian(1, 2) + little_endian(0, 2);
  const std::string local = "PK\3\4" + common + "z" + deflated;
  const std::string central = "PK\1\2" + little_endian(20, 2) + common + std::string(14, '\0') + "z";
  return local + central + "PK\5\6" + little_endian(0, 4) + little_endian(1, 2) + little_endian(1, 2) +
         little_endian(static_cast<std::uint32_t>(central.size()), 4) +
         little_endian(static_cast<std::uint32_t>(local.size()), 4) + little_endian(0, 2);
}

/// GNU's sparse format 1.0: `map` says where the pieces of the data lie.
std::string sparse(std::string map, const std::string& size, const std::string& data) {
  map.resize(512);
  const std::string records = pax("GNU.sparse.major", "1").content + pax("GNU.sparse.minor", "0").content +
                              pax("GNU.sparse.name", "holes").content +
                              pax("GNU.sparse.realsize", size).content;
  return tar({{.name = "PaxHeaders/x", .type = 'x', .content = records},
              {.name = "GNUSparseFile.0/holes", .content = map + data}});
}

}  // namespace

TEST_CASE("an archive that just keeps its limits is unpacked, and zero is none") {
  CHECK(extracted(tar(entries(5)), {.max_entries = 5, .max_bytes = 5}).size() == 5);
  CHECK(extracted(tar(entries(5)), {.max_entries = 0, .max_bytes = 0}).size() == 5);
  CHECK(extracted(zip("abc", 3), {.max_entries = 1, .max_bytes = 3}) == Tree{{"z", "file 0664 abc"}});
}

TEST_CASE("more entries than the limit are refused, of any kind") {
  CHECK(contains(too_many(tar(entries(6)), 5), "more than 5 entries"));
  CHECK(contains(too_many(tar({{.name = "d", .type = '5'}, {.name = "l", .type = '2', .link = "d"}}), 1),
                 "more than 1 entries"));
  std::vector<TarEntry> same(10, {.name = "same"});
  too_many(tar(same), 9);
}

TEST_CASE("directories that no entry names count as entries") {
  const std::vector<TarEntry> deep = {{.name = "a/b/c/f"}, {.name = "g"}};
  too_many(tar(deep), 4);
  CHECK(extracted(tar(deep), {.max_entries = 5, .max_bytes = 0}).size() == 5);
}

TEST_CASE("more bytes than the limit are refused, of one file or of all") {
  const std::string what =
      too_large(tar({{.name = "a", .content = "1234"}, {.name = "b", .content = "567"}}), 6);
  CHECK(contains(what, "more than 6 bytes"));
  CHECK(contains(what, "\"b\" comes to 3, after 4"));
  too_large(tar({{.name = "a", .content = "1234567"}}), 6);
  // What gives way to a later entry of its name was written too.
  too_large(tar({{.name = "a", .content = "1234"}, {.name = "a", .content = "5678"}}), 6);
}

TEST_CASE("a bomb of zeros is refused by what its header declares, before it is read") {
  int blocks = 0;
  const ByteSource bomb = [&, zeros = gzip_of_endless_zeros(header_of_four_gibibytes())] {
    REQUIRE(++blocks < 100);
    return zeros();
  };
  CHECK(contains(refusal(bomb, {.max_entries = 0, .max_bytes = mebibyte}, "--max-code-size"),
                 "comes to 4294967296"));
}

TEST_CASE("the holes of a sparse file count, whether its size or its map tells of them") {
  CHECK(contains(too_large(sparse("1\n0\n3\n", tebibyte, "abc"), mebibyte), tebibyte));
  too_large(sparse(std::string("2\n0\n3\n") + tebibyte + "\n0\n", tebibyte, "abc"), mebibyte);
  too_large(sparse("0\n", tebibyte, ""), mebibyte);  // nothing but a hole: no block ever comes
  const TempDir directory;
  const auto lying = failure_of([&] {
    extract_archive(source_of(sparse(std::string("1\n") + tebibyte + "\n3\n", "10", "abc")), "code.tar",
                    directory.path(), {.max_bytes = mebibyte});
  });
  CHECK(lying.has_value());
  CHECK(disk_use(directory.path()) <= mebibyte);
}

TEST_CASE("a zip bomb is refused, one whose header lies too") {
  const std::string zeros(4 * mebibyte, '\0');
  CHECK(contains(too_large(zip(zeros, 4 * mebibyte), mebibyte), "\"z\" comes to 4194304"));
  CHECK(contains(too_large(zip(zeros, 10), mebibyte), "more than 1048576 bytes"));
}

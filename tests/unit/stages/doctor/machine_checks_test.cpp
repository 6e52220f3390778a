#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "sm_train/stages/doctor/certificates.hpp"
#include "sm_train/stages/doctor/clock.hpp"
#include "sm_train/stages/doctor/directories.hpp"
#include "sm_train/stages/doctor/limits.hpp"
#include "sm_train/stages/doctor/memory.hpp"
#include "sm_train/system/files.hpp"
#include "support/as_nobody.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30U;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the memory limit is that of the container's cgroup, where it has one") {
  const TempDir directory;
  const auto meminfo =
      write_in(directory, "meminfo", "MemTotal: 16777216 kB\nMemFree: 1 kB\nMemAvailable: 8388608 kB\n");
  const fs::path mount = directory.path() / "mount";
  SECTION("version 2") {
    const auto own = write_in(directory, "own", "0::/job\n");
    write_in(directory, "mount/job/memory.max", "4294967296\n");
    write_in(directory, "mount/job/memory.current", "1073741824\n");
    const MemoryFacts facts = memory_facts(meminfo, own, mount);
    CHECK(facts.machine == 16 * gibibyte);
    CHECK(facts.available == 8 * gibibyte);
    CHECK(facts.limit == 4 * gibibyte);
    CHECK(facts.used == gibibyte);
  }
  SECTION("version 1 without a limit writes a number that no machine has") {
    const auto own = write_in(directory, "own", "4:memory:/job\n");
    write_in(directory, "mount/memory/job/memory.limit_in_bytes", "9223372036854771712\n");
    CHECK_FALSE(memory_facts(meminfo, own, mount).limit);
  }
  SECTION("no limit") {
    const auto own = write_in(directory, "own", "0::/job\n");
    write_in(directory, "mount/job/memory.max", "max\n");
    CHECK_FALSE(memory_facts(meminfo, own, mount).limit);
  }
}

TEST_CASE("little memory is a warning, and so are processes that the kernel killed") {
  MemoryFacts facts = {
      .machine = 16 * gibibyte, .available = 8 * gibibyte, .limit = 4 * gibibyte, .used = gibibyte};
  CHECK(check_memory(facts).verdict == Verdict::passed);
  facts.used = 4 * gibibyte - 1;
  CHECK(check_memory(facts).verdict == Verdict::warning);
  facts = {.machine = 16 * gibibyte, .available = 8 * gibibyte, .limit = {}, .kills = 2};
  CHECK(check_memory(facts).verdict == Verdict::warning);
  CHECK(contains(check_memory(facts).what, "killed 2 processes"));
  CHECK(check_memory({}).verdict == Verdict::skipped);
}

TEST_CASE("shared memory that is not there is a warning with the way to have more") {
  const Finding finding = check_shared_memory("/nonexistent");
  CHECK(finding.verdict == Verdict::warning);
  CHECK(contains(finding.remedy, "--shm-size"));
}

TEST_CASE("few open files or processes are a warning, and no limit is none") {
  CHECK(check_limits({}).verdict == Verdict::passed);
  CHECK(check_limits({.open_files = 1024, .processes = 512}).verdict == Verdict::passed);
  CHECK(check_limits({.open_files = 256, .processes = {}}).verdict == Verdict::warning);
  CHECK(contains(check_limits({.open_files = 4096, .processes = 64}).remedy, "pids-limit"));
  CHECK(process_limits().open_files.value_or(1) > 0);
}

TEST_CASE("the clock is held against a service's, and a difference of five minutes fails") {
  using namespace std::chrono_literals;
  const auto now = std::chrono::system_clock::now();
  CHECK(check_clock(now, std::nullopt).verdict == Verdict::passed);
  CHECK(check_clock(now, ClockReading{.service = now - 60s, .ours = now}).verdict == Verdict::passed);
  const Finding behind = check_clock(now, ClockReading{.service = now + 301s, .ours = now});
  CHECK(behind.verdict == Verdict::failed);
  CHECK(contains(behind.what, "301 s behind"));
  const Finding ahead = check_clock(now, ClockReading{.service = now - 1h, .ours = now});
  CHECK(contains(ahead.what, "3600 s ahead of"));
  CHECK(check_clock(std::chrono::system_clock::from_time_t(0), std::nullopt).verdict == Verdict::failed);
}

TEST_CASE("a service's clock is read from the Date of its answer") {
  const auto answering = [](HttpHeaders headers) {
    return [headers = std::move(headers)](const HttpRequest&, const Interrupt&) {
      return HttpResponse{.status = 403, .headers = headers, .body = ""};
    };
  };
  const auto reading = read_clock({}, answering({{"date", "Thu, 01 Jan 2026 00:00:00 GMT"}}), {});
  REQUIRE(reading);
  CHECK(std::chrono::system_clock::to_time_t(reading->service) == 1767225600);
  CHECK_FALSE(read_clock({}, answering({}), {}));
  CHECK_FALSE(read_clock({}, answering({{"Date", "today"}}), {}));
}

TEST_CASE("a bundle of certificates must be there and hold some") {
  const TempDir directory;
  const std::string one = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n";
  const std::string good = write_in(directory, "good.pem", one + one);
  const std::string empty = write_in(directory, "empty.pem", "");
  const CaCertificates usual = {.file = good, .directory = ""};
  CHECK(contains(check_certificates({}, usual, true).what, "good.pem holds 2 certificates"));
  const Finding chosen = check_certificates({{"AWS_CA_BUNDLE", empty}, {"SSL_CERT_FILE", good}}, usual, true);
  CHECK(chosen.verdict == Verdict::failed);
  CHECK(contains(chosen.what, "empty.pem (AWS_CA_BUNDLE) holds no certificate"));
  CHECK(check_certificates({{"SSL_CERT_FILE", "/nonexistent"}}, usual, true).verdict == Verdict::failed);
  CHECK(check_certificates({}, {.file = "/nonexistent", .directory = ""}, false).verdict == Verdict::warning);
  CHECK(check_certificates({}, {.file = "", .directory = directory.path()}, true).verdict == Verdict::passed);
  CHECK(check_certificates({}, {}, true).verdict == Verdict::failed);
}

TEST_CASE(
    "a directory that a job must write to and cannot is a fault, and one that it can do without is none") {
  const TempDir directory;
  fs::permissions(directory.path(), fs::perms::all);
  const fs::path own = directory.path() / "own";
  const fs::path locked = directory.path() / "locked";
  fs::create_directories(own);
  fs::create_directories(locked);
  fs::permissions(locked, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read);
  const AsNobody nobody(own);
  CHECK(check_directories({{.name = "output", .path = own / "not/there/yet"}}).verdict == Verdict::passed);
  const Finding needed = check_directories({{.name = "output", .path = locked / "output"}});
  CHECK(needed.verdict == Verdict::failed);
  CHECK(contains(needed.what, "locked/output (output): Permission denied"));
  CHECK(check_directories({{.name = "code", .path = locked, .must_be_writable = false}}).verdict ==
        Verdict::warning);
}

TEST_CASE("a file in a directory's place is told") {
  const TempDir directory;
  const fs::path file = write_in(directory, "model", "");
  const Finding finding = check_directories({{.name = "model", .path = file}});
  CHECK(finding.verdict == Verdict::failed);
  CHECK(contains(finding.what, "is no directory"));
}

TEST_CASE("little room is a warning, told once for all directories of a volume") {
  const TempDir directory;
  const std::vector<WrittenDirectory> both = {{.name = "model", .path = directory.path()},
                                              {.name = "output", .path = directory.path() / "none"}};
  CHECK(check_disk(both, 0).verdict == Verdict::passed);
  const Finding finding = check_disk(both, ~std::uint64_t{0});
  CHECK(finding.verdict == Verdict::warning);
  CHECK(contains(finding.what, "are free for model, output."));
}

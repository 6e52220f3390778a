#include "sm_train/distributed/rank_end.hpp"

#include "catch.hpp"

using namespace sm_train;

namespace {

// As mpirun 4.1 writes them.
const std::string exit_banner =
    "--------------------------------------------------------------------------\n"
    "mpirun detected that one or more processes exited with non-zero status, thus causing\n"
    "the job to be terminated. The first process to do so was:\n\n"
    "  Process name: [[41110,1],1]\n"
    "  Exit code:    7\n"
    "--------------------------------------------------------------------------\n";
const std::string kill_banner =
    "--------------------------------------------------------------------------\n"
    "mpirun noticed that process rank 2 with PID 723 on node algo-2 exited on signal 9 (Killed).\n"
    "--------------------------------------------------------------------------\n";
const std::string abort_banner =
    "--------------------------------------------------------------------------\n"
    "MPI_ABORT was invoked on rank 0 in communicator MPI_COMM_WORLD\n"
    "with errorcode 3.\n\n"
    "NOTE: invoking MPI_ABORT causes Open MPI to kill all MPI processes.\n"
    "--------------------------------------------------------------------------\n";

const HostOfRank nowhere = [](int) { return ""; };

/// "Rank 1 exited with code 7."
std::string end_in(const std::string& text) {
  const auto end = find_rank_end_of_mpirun(text);
  return end ? described(*end, nowhere) : "";
}

// As torchrun 1.13 writes it.
std::string torchrun_summary(const std::string& exit_code) {
  return "============================================================\n"
         "train.py FAILED\n"
         "------------------------------------------------------------\n"
         "Failures:\n"
         "  <NO_OTHER_FAILURES>\n"
         "------------------------------------------------------------\n"
         "Root Cause (first observed failure):\n"
         "[0]:\n"
         "  time      : 2026-11-22_10:00:00\n"
         "  host      : ip-10-77-0-2\n"
         "  rank      : 3 (local_rank: 1)\n"
         "  exitcode  : " +
         exit_code +
         " (pid: 123)\n"
         "  error_file: <N/A>\n"
         "============================================================\n";
}

}  // namespace

TEST_CASE("mpirun's banner tells which rank exited, and with what") {
  CHECK(end_in("Traceback\n" + exit_banner) == "Rank 1 exited with code 7.");
}

TEST_CASE("mpirun's banner tells which rank a signal killed") {
  CHECK(end_in(kill_banner) == "Rank 2 was killed by SIGKILL.");
}

TEST_CASE("the banner of MPI_ABORT tells which rank ended the job, whatever mpirun says after it") {
  CHECK(end_in(abort_banner) == "Rank 0 ended the job with code 3.");
  CHECK(end_in(abort_banner + exit_banner) == "Rank 0 ended the job with code 3.");
  CHECK(end_in(abort_banner + kill_banner) == "Rank 0 ended the job with code 3.");
}

TEST_CASE("a negative code of MPI_ABORT is told") {
  CHECK(end_in("MPI_ABORT was invoked on rank 12 in communicator MPI_COMM_WORLD\nwith errorcode -1.\n") ==
        "Rank 12 ended the job with code -1.");
}

TEST_CASE("of two banners of a kind the last counts") {
  CHECK(end_in("mpirun noticed that process rank 7 with PID 1 on node algo-9 exited on signal 11 "
               "(Segmentation fault).\n" +
               kill_banner) == "Rank 2 was killed by SIGKILL.");
}

TEST_CASE("where mpirun tells of no rank there is none") {
  CHECK(end_in("").empty());
  CHECK(end_in("Traceback (most recent call last):\nValueError: Exit code: 7, process rank 1\n").empty());
}

TEST_CASE("half a banner tells of no rank") {
  for (const auto& [banner, last] : {std::pair(exit_banner, "   7"), std::pair(kill_banner, "9 (Killed)"),
                                     std::pair(abort_banner, "3.\n")}) {
    const std::size_t end = banner.find(last);
    REQUIRE(end != std::string::npos);
    for (std::size_t cut = 0; cut <= end; ++cut) {
      INFO(banner.substr(0, cut));
      CHECK(end_in(banner.substr(0, cut)).empty());
    }
  }
  // The tail of the output begins in the middle of it.
  CHECK(end_in(exit_banner.substr(exit_banner.find("  Process name"))).empty());
}

TEST_CASE("the end of a rank is told with its host, where that is known") {
  const RankEnd end = {.rank = 1, .end = Exited{7}};
  CHECK(described(end, [](int rank) { return "algo-" + std::to_string(rank + 1); }) ==
        "Rank 1 on algo-2 exited with code 7.");
  CHECK(described(end, [](int) { return ""; }) == "Rank 1 exited with code 7.");
}

TEST_CASE("torchrun's summary tells which rank failed first, and how") {
  const auto exited = find_rank_end_of_torchrun("Traceback\n" + torchrun_summary("7"));
  REQUIRE(exited);
  CHECK(described(*exited, nowhere) == "Rank 3 exited with code 7.");
  const auto killed = find_rank_end_of_torchrun(torchrun_summary("-9"));
  REQUIRE(killed);
  CHECK(described(*killed, nowhere) == "Rank 3 was killed by SIGKILL.");
  CHECK_FALSE(find_rank_end_of_torchrun("Root Cause unknown\n"));
}

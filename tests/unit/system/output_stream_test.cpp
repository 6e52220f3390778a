#include "sm_train/system/output_stream.hpp"

#include <csignal>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include "catch.hpp"
#include "support/child.hpp"

using namespace sm_train;

namespace {

struct Ends {
  UniqueFd read_end;
  UniqueFd write_end;
};

Ends make_pipe() {
  int ends[2] = {};
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  return {.read_end = UniqueFd(ends[0]), .write_end = UniqueFd(ends[1])};
}

}  // namespace

TEST_CASE("a pipe takes what it has room for, without waiting, and stays blocking for others") {
  const Ends pipe = make_pipe();
  OutputStream stream(pipe.write_end.get());
  const std::string bytes(std::size_t{1} << 20U, 'x');
  const auto first = stream.write(bytes);
  REQUIRE(first);
  CHECK(*first >= 4096);
  CHECK(*first < bytes.size());
  CHECK(stream.write(bytes) == 0);
  CHECK((fcntl(pipe.write_end.get(), F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("a pipe without a reader takes nothing ever again") {
  Child child([] {
    std::signal(SIGPIPE, SIG_IGN);
    Ends pipe = make_pipe();
    OutputStream stream(pipe.write_end.get());
    pipe.read_end.reset();
    return stream.write("x") ? 1 : 0;
  });
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("a pipe that cannot be opened again is written in pieces that do not wait") {
  if (geteuid() != 0) {
    WARN("skipped: changing the user needs root");
    return;
  }
  const Ends pipe = make_pipe();
  Child child([&] {
    // The pipe is root's: nobody may not open it.
    if (setuid(65534) != 0) return 1;
    OutputStream stream(pipe.write_end.get());
    if (stream.fd() != pipe.write_end.get()) return 2;
    const std::string bytes(std::size_t{1} << 20U, 'x');
    std::size_t total = 0;
    for (std::size_t got = 1; got > 0; total += got) got = stream.write(bytes).value_or(0);
    return total >= 4096 && total < bytes.size() ? 0 : 3;
  });
  CHECK(child.finish().exit_code == 0);
}

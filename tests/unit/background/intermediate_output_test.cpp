#include "sm_train/background/intermediate_output.hpp"

#include <atomic>
#include <poll.h>

#include "catch.hpp"
#include "sm_train/system/files.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
using Names = std::vector<std::string>;

namespace {

/// A service that keeps what it is given.
struct Store {
  std::mutex mutex;
  Tree objects;
  std::function<void(const std::string& path)> before = [](const std::string&) {};

  MakeUpload make() {
    return [this](const Interrupt&) -> UploadFile {
      return [this](const std::filesystem::path& file, const std::string& path) {
        before(path);
        const std::lock_guard lock(mutex);
        objects[path] = content_of(file);
      };
    };
  }
};

void finish(IntermediateOutput& output) {
  output.finish();
  pollfd wanted = {.fd = output.finished_fd(), .events = POLLIN, .revents = 0};
  REQUIRE(::poll(&wanted, 1, 60'000) == 1);
}

}  // namespace

TEST_CASE("what is written is uploaded as it is in the end") {
  const TempDir directory;
  Store store;
  put_file(directory.path() / "before", "1");
  IntermediateOutput output(directory.path(), store.make());
  put_file(directory.path() / "a", "1");
  put_file(directory.path() / "a", "2");
  put_file(directory.path() / "deep/b", "3");
  finish(output);
  CHECK(store.objects == Tree{{"a", "2"}, {"before", "1"}, {"deep/b", "3"}});
  CHECK(output.left().empty());
}

TEST_CASE("a file that is written while it is uploaded is uploaded again") {
  const TempDir directory;
  Store store;
  std::atomic<int> uploads = 0;
  store.before = [&](const std::string&) {
    if (uploads++ > 0) return;
    put_file(directory.path() / "a", "second");
    throw Error({.cause = Cause::bad_data, .what = "written meanwhile", .remedy = ""});
  };
  IntermediateOutput output(directory.path(), store.make());
  put_file(directory.path() / "a", "first");
  while (uploads == 0) std::this_thread::yield();
  finish(output);
  CHECK(store.objects == Tree{{"a", "second"}});
}

TEST_CASE("what cannot be reached is tried again, and what is refused is named") {
  const TempDir directory;
  Store store;
  std::atomic<int> failures = 0;
  store.before = [&](const std::string& path) {
    if (path == "refused") throw Error({.cause = Cause::denied, .what = "no", .remedy = ""});
    if (failures++ < 3) throw Error({.cause = Cause::unavailable, .what = "down", .remedy = ""});
  };
  IntermediateOutput output(directory.path(), store.make());
  put_file(directory.path() / "a", "1");
  put_file(directory.path() / "refused", "1");
  finish(output);
  CHECK(store.objects == Tree{{"a", "1"}});
  CHECK(output.left() == Names{"refused"});
}

TEST_CASE("uploading ends at once when nothing more is wanted of it") {
  const TempDir directory;
  std::atomic<bool> began = false;
  {
    IntermediateOutput output(directory.path(), [&](const Interrupt& stop) -> UploadFile {
      return [&began, stop](const std::filesystem::path&, const std::string&) {
        began = true;
        pollfd wanted = {.fd = stop.fd, .events = POLLIN, .revents = 0};
        while (true) {
          ::poll(&wanted, 1, -1);
          stop.check();
        }
      };
    });
    put_file(directory.path() / "a", "1");
    while (!began) std::this_thread::yield();
  }
  SUCCEED("it came back");
}

#include "sm_train/background/intermediate_output.hpp"

#include <atomic>
#include <poll.h>

#include "catch.hpp"
#include "sm_train/system/files.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;
using Names = std::vector<std::string>;

namespace {

/// A service that keeps what it is given.
struct Store {
  std::mutex mutex;
  Tree objects;
  std::atomic<int> uploads = 0;
  std::function<bool(const std::string& path)> before = [](const std::string&) { return true; };

  MakeUpload make() {
    return [this](const Interrupt&) -> UploadFile {
      return [this](const std::filesystem::path& file, const std::string& path) {
        if (!before(path)) return false;
        const std::lock_guard lock(mutex);
        objects[path] = content_of(file);
        ++uploads;
        return true;
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
  std::atomic<int> attempts = 0;
  store.before = [&](const std::string&) {
    if (attempts++ > 0) return true;
    put_file(directory.path() / "a", "second");
    return false;
  };
  IntermediateOutput output(directory.path(), store.make());
  put_file(directory.path() / "a", "first");
  while (attempts == 0) std::this_thread::yield();
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
    return true;
  };
  IntermediateOutput output(directory.path(), store.make());
  put_file(directory.path() / "a", "1");
  put_file(directory.path() / "refused", "1");
  finish(output);
  CHECK(store.objects == Tree{{"a", "1"}});
  CHECK(output.left() == Names{"refused"});
  CHECK_FALSE(output.last_error().empty());
}

TEST_CASE("what is uploaded as it is in the end is not uploaded once more") {
  const TempDir directory;
  Store store;
  IntermediateOutput output(directory.path(), store.make());
  for (const char* name : {"a", "b", "deep/c"}) put_file(directory.path() / name, "x");
  while (store.uploads < 3) std::this_thread::yield();
  finish(output);
  CHECK(store.uploads == 3);
}

TEST_CASE("a file that is found while somebody writes it waits until that one closes it") {
  const TempDir directory;
  Store store;
  fs::create_directory(directory.path() / "prepared");
  std::ofstream file(directory.path() / "prepared/slow");
  file << "half" << std::flush;
  fs::create_directory(directory.path() / "tree");
  IntermediateOutput output(directory.path() / "tree", store.make());
  fs::rename(directory.path() / "prepared", directory.path() / "tree/ready");
  put_file(directory.path() / "next/later", "x");
  fs::rename(directory.path() / "next", directory.path() / "tree/next");
  // It is found later, and so its turn comes later.
  while (store.uploads < 1) std::this_thread::yield();
  {
    const std::lock_guard lock(store.mutex);
    CHECK(store.objects == Tree{{"next/later", "x"}});
  }
  file << " and half";
  file.close();
  finish(output);
  CHECK(store.objects == Tree{{"next/later", "x"}, {"ready/slow", "half and half"}});
}

TEST_CASE("uploading ends at once when nothing more is wanted of it") {
  const TempDir directory;
  std::atomic<bool> began = false;
  {
    IntermediateOutput output(directory.path(), [&](const Interrupt& stop) -> UploadFile {
      return [&began, stop](const std::filesystem::path&, const std::string&) -> bool {
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

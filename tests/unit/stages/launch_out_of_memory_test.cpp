#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>

#include "catch.hpp"
#include "launching.hpp"

using namespace sm_train;
namespace fs = std::filesystem;

namespace {

bool write_to(const fs::path& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text << std::flush;
  return stream.good();
}

/// A memory cgroup below our own with a small limit, where this machine lets us make one.
class SmallCgroup {
 public:
  SmallCgroup() {
    std::ifstream lines("/proc/self/cgroup");
    for (std::string line; std::getline(lines, line);) {
      const std::string path = line.substr(line.find(':', line.find(':') + 1) + 1);
      const std::string child =
          fs::path(path).relative_path() / ("sm-train-test-" + std::to_string(getpid()));
      if (line.find(":memory:") != std::string::npos)
        make("/sys/fs/cgroup/memory/" + child, "memory.limit_in_bytes");
      if (line.starts_with("0::")) make("/sys/fs/cgroup/" + child, "memory.max");
    }
  }
  SmallCgroup(const SmallCgroup&) = delete;
  SmallCgroup& operator=(const SmallCgroup&) = delete;
  SmallCgroup(SmallCgroup&&) = delete;
  SmallCgroup& operator=(SmallCgroup&&) = delete;
  ~SmallCgroup() {
    std::error_code ignored;
    if (path_) fs::remove(*path_, ignored);
  }

  bool enter() const { return path_ && write_to(*path_ / "cgroup.procs", "0"); }
  bool is_made() const { return path_.has_value(); }

 private:
  void make(const fs::path& path, const char* limit) {
    std::error_code error;
    if (path_ || !fs::create_directory(path, error)) return;
    if (fs::exists(path / limit) && write_to(path / limit, std::to_string(256 << 20)))
      path_ = path;
    else
      fs::remove(path, error);
  }

  std::optional<fs::path> path_;
};

}  // namespace

TEST_CASE("an out-of-memory kill is seen, of the program or of a process that it started") {
  const SmallCgroup cgroup;
  if (!cgroup.is_made()) {
    WARN("skipped: no memory cgroup can be made here");
    return;
  }
  const bool of_the_program = GENERATE(true, false);
  Child child([&] {
    if (!cgroup.enter()) return 99;
    Signals signals;
    if (launch(shell("exit 0"), signals).out_of_memory) return 98;
    // With a sanitizer the launcher is large as well: the kernel is told whom to choose.
    const std::string eat =
        "open(\"/proc/self/oom_score_adj\", \"w\").write(\"1000\"); "
        "import ctypes; ctypes.memset(ctypes.create_string_buffer(1 << 30), 1, 1 << 30)";
    const auto outcome = of_the_program ? launch(python(eat), signals)
                                        : launch(shell("/usr/bin/python3 -c '" + eat + "'; exit 6"), signals);
    return outcome.out_of_memory ? exit_code(outcome) : 97;
  });
  CHECK(child.finish().exit_code == (of_the_program ? 128 + SIGKILL : 6));
}

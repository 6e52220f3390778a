#include "sm_train/stages/doctor/limits.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include "sm_train/system/cgroup.hpp"

namespace sm_train {

namespace {

using Limit = std::optional<std::uint64_t>;

constexpr std::uint64_t few_files = 1024;
constexpr std::uint64_t few_processes = 512;  // threads count too: a few of BLAS for each of some workers

Limit soft_limit(__rlimit_resource resource) {
  rlimit limit = {};
  if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_cur;
}

Limit cgroup_limit() {
  const auto file = find_cgroup_file("pids", "pids.max", "pids.max");
  std::uint64_t number = 0;
  if (!file || !(std::ifstream(*file) >> number)) return std::nullopt;  // "max"
  return number;
}

Limit lower(const Limit& a, const Limit& b) {
  return a && b ? std::min(a, b) : a ? a : b;
}

std::string described(const Limit& limit, const char* what) {
  return limit ? fmt::format("{} {}", *limit, what) : fmt::format("any number of {}", what);
}

}  // namespace

ProcessLimits process_limits() {
  // The kernel does not hold root to RLIMIT_NPROC.
  const Limit of_user = ::geteuid() == 0 ? std::nullopt : soft_limit(RLIMIT_NPROC);
  return {.open_files = soft_limit(RLIMIT_NOFILE), .processes = lower(of_user, cgroup_limit())};
}

Finding check_limits(const ProcessLimits& limits) {
  const std::string what =
      fmt::format("A program may have {}, and the container {}.", described(limits.open_files, "open files"),
                  described(limits.processes, "processes and threads"));
  if (limits.open_files && *limits.open_files < few_files)
    return warning(what, "\"Too many open files\" is near: raise it (docker run --ulimit nofile=65536).");
  if (limits.processes && *limits.processes < few_processes)
    return warning(what,
                   "\"Can't start new thread\" is near: raise it (docker run --pids-limit, ulimit -u).");
  return passed(what);
}

}  // namespace sm_train

// The library that mpirun's ranks are started with (LD_PRELOAD): gethostname(2) gives the host name that
// SageMaker uses, which the container's own is not. It needs no C library of its own, so that one file serves
// programs of glibc and of musl.
#include <cstddef>

extern "C" {

char* getenv(const char* name) noexcept;
int* __errno_location() noexcept;  // NOLINT(clang-diagnostic-reserved-identifier): what errno stands for
int uname(void* name) noexcept;

__attribute__((visibility("default"))) int gethostname(char* name, std::size_t size) noexcept {
  constexpr int name_too_long = 36;      // ENAMETOOLONG on all of Linux
  constexpr std::size_t uts_field = 65;  // each field of the kernel's new_utsname
  char of_kernel[6 * uts_field] = {};
  // The rank's own environment, which a program that sets variables beside its threads breaks for all of it.
  const char* known = getenv("SM_CURRENT_HOST");  // NOLINT(concurrency-mt-unsafe)
  if (known == nullptr || *known == '\0') {
    if (uname(of_kernel) != 0) return -1;
    known = of_kernel + uts_field;  // nodename comes second
  }
  for (std::size_t i = 0; i < size; ++i) {
    name[i] = known[i];
    if (known[i] == '\0') return 0;
  }
  *__errno_location() = name_too_long;
  return -1;
}
}

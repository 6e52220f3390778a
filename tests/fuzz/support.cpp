#include "support.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace sm_train::fuzz {

void require(bool holds, std::string_view property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(property.size()), property.data());
  std::abort();
}

std::optional<Failure> refusal_of(const std::vector<Cause>& causes, const std::function<void()>& act) {
  try {
    act();
    return std::nullopt;
  } catch (const Error& error) {
    const Failure& failure = error.failure();
    require(std::find(causes.begin(), causes.end(), failure.cause) != causes.end(),
            "the cause is one that the header names");
    require(!failure.what.empty(), "an error says what happened");
    require(!failure.remedy.empty(), "an error says what to do about it");
    return failure;
  }
}

std::filesystem::path scratch_parent() {
  const char* memory = "/dev/shm";
  return ::access(memory, W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

}  // namespace sm_train::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  sm_train::fuzz::check({reinterpret_cast<const char*>(bytes), size});
  return 0;
}

#include "sm_train/contract/failure.hpp"

#include <array>
#include <utility>

namespace sm_train {

namespace {

constexpr std::array<std::pair<Cause, int>, 15> exit_codes = {{
    {Cause::usage, 64},
    {Cause::bad_data, 65},
    {Cause::no_input, 66},
    {Cause::unavailable, 69},
    {Cause::internal, 70},
    {Cause::cannot_create, 73},
    {Cause::io, 74},
    {Cause::denied, 77},
    {Cause::bad_config, 78},
    {Cause::not_executable, 126},
    {Cause::not_found, 127},
    {Cause::hung_up, 128 + 1},
    {Cause::interrupted, 128 + 2},
    {Cause::quit, 128 + 3},
    {Cause::terminated, 128 + 15},
}};

std::string full_text(const Failure& failure) {
  return failure.remedy.empty() ? failure.what : failure.what + "\n" + failure.remedy;
}

}  // namespace

int exit_code(Cause cause) {
  for (const auto& [known, code] : exit_codes)
    if (known == cause) return code;
  return 70;
}

bool is_signal(Cause cause) {
  return exit_code(cause) > 128;
}

Error::Error(Failure failure) : std::runtime_error(full_text(failure)), failure_(std::move(failure)) {}

}  // namespace sm_train

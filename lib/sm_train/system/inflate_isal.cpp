#include <isa-l/igzip_lib.h>
#include <memory>

#include "sm_train/system/inflate.hpp"

namespace sm_train {

namespace {

const char* fault_of(int result) {
  switch (result) {
    case ISAL_INVALID_BLOCK:
      return "invalid block";
    case ISAL_INVALID_SYMBOL:
      return "invalid symbol";
    case ISAL_INVALID_LOOKBACK:
      return "invalid distance";
    case ISAL_INCORRECT_CHECKSUM:
      return "incorrect data check or length check";
    default:
      return "ISA-L";
  }
}

class IsalMember {
 public:
  IsalMember() { start(); }

  Inflated inflate(std::string_view input, std::span<char> output) {
    // ISA-L's interface has no const; it does not write to its input.
    state_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(input.data()));
    state_.avail_in = static_cast<std::uint32_t>(input.size());
    state_.next_out = reinterpret_cast<std::uint8_t*>(output.data());
    state_.avail_out = static_cast<std::uint32_t>(output.size());
    const int result = ::isal_inflate(&state_);
    Inflated inflated = {.taken = input.size() - state_.avail_in,
                         .given = output.size() - state_.avail_out,
                         .ended = result == ISAL_DECOMP_OK && state_.block_state == ISAL_BLOCK_FINISH};
    if (result < 0) inflated.fault = fault_of(result);
    if (inflated.ended) start();
    return inflated;
  }

 private:
  void start() {
    ::isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP_NO_HDR_VER;
  }

  inflate_state state_ = {};
};

}  // namespace

Inflate inflate_with_isal() {
  auto member = std::make_shared<IsalMember>();
  return [member](std::string_view input, std::span<char> output) { return member->inflate(input, output); };
}

}  // namespace sm_train

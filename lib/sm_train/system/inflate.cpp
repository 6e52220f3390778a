#include "sm_train/system/inflate.hpp"

namespace sm_train {

std::span<const Inflater> inflaters() {
  static constexpr Inflater all[] = {
#ifdef SM_TRAIN_HAS_ISAL
      {"ISA-L", inflate_with_isal},
#endif
      {"zlib", inflate_with_zlib},
  };
  return all;
}

}  // namespace sm_train

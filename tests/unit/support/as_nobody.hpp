#pragma once

#include <exception>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace sm_train::test {

/// The way to `directory` must be open to all. While it lives, root's tests run as the user nobody, to whom
/// `directory` is given; others' run as they are.
class AsNobody {
 public:
  explicit AsNobody(const std::filesystem::path& directory) : was_root_(::geteuid() == 0) {
    if (!was_root_) return;
    if (::chown(directory.c_str(), nobody, nobody) != 0 || ::seteuid(nobody) != 0)
      throw std::runtime_error("cannot become nobody");
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  AsNobody(AsNobody&&) = delete;
  AsNobody& operator=(AsNobody&&) = delete;
  ~AsNobody() {
    if (was_root_ && ::seteuid(0) != 0) std::terminate();
  }

 private:
  static constexpr uid_t nobody = 65534;
  bool was_root_;
};

}  // namespace sm_train::test

#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace sm_train {

/// The 32 raw bytes of SHA-256.
std::string sha256(std::string_view data);

/// The 32 raw bytes of HMAC-SHA-256.
std::string hmac_sha256(std::string_view key, std::string_view data);

/// Two lower-case digits a byte.
std::string to_hex(std::string_view bytes);

/// MD5 of bytes that come in pieces.
class Md5 {
 public:
  Md5();
  void update(std::string_view data);
  /// The 32 hexadecimal digits. Once, at the end.
  std::string finish_hex();

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
};

}  // namespace sm_train

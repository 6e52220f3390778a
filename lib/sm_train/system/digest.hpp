#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sm_train {

/// The 32 raw bytes of SHA-256.
std::string sha256(std::string_view data);

/// The 32 raw bytes of HMAC-SHA-256.
std::string hmac_sha256(std::string_view key, std::string_view data);

/// Two lower-case digits a byte.
std::string to_hex(std::string_view bytes);

/// RFC 4648's base64, padded.
std::string to_base64(std::string_view bytes);

/// Nothing where `text` is not what to_base64 gives: white space, no padding, and the like.
std::optional<std::string> from_base64(std::string_view text);

enum class DigestAlgorithm { md5, sha1, sha256 };

/// The digest of bytes that come in pieces.
class Digest {
 public:
  /// Throws Error{internal} where the machine's OpenSSL refuses the algorithm.
  explicit Digest(DigestAlgorithm algorithm);
  void update(std::string_view bytes);
  /// The raw bytes. Once, at the end.
  std::string finish();

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
};

}  // namespace sm_train

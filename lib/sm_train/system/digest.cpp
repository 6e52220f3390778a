#include "sm_train/system/digest.hpp"

#include <algorithm>
#include <array>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

constexpr std::size_t sha256_size = 32;

using DigestBytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string text_of(const DigestBytes& digest, std::size_t size) {
  return {reinterpret_cast<const char*>(digest.data()), size};
}

void require(bool done, const char* what) {
  if (!done)
    throw Error({.cause = Cause::internal,
                 .what = std::string("OpenSSL refused ") + what + ".",
                 .remedy = "Check the machine's OpenSSL configuration (a FIPS provider refuses MD5)."});
}

EVP_MD_CTX* context_of(void* context) {
  return static_cast<EVP_MD_CTX*>(context);
}

const EVP_MD* method_of(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::md5:
      return EVP_md5();
    case DigestAlgorithm::sha1:
      return EVP_sha1();
    case DigestAlgorithm::sha256:
      return EVP_sha256();
  }
  return nullptr;
}

}  // namespace

std::string sha256(std::string_view data) {
  DigestBytes digest{};
  require(EVP_Digest(data.data(), data.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
          "SHA-256");
  return text_of(digest, sha256_size);
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
  DigestBytes digest{};
  require(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(data), data.size(),
               digest.data(), nullptr) != nullptr,
          "HMAC-SHA-256");
  return text_of(digest, sha256_size);
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += digits[byte >> 4U];
    hex += digits[byte & 15U];
  }
  return hex;
}

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // a zero byte is written after the text
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(text),
                                   static_cast<int>(text.size() / 4 * 4));
  if (size < 0) return std::nullopt;
  // OpenSSL counts the padding as zero bytes, and passes over white space.
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(size) - std::min(padding, static_cast<std::size_t>(size)));
  return to_base64(bytes) == text ? std::optional(bytes) : std::nullopt;
}

Digest::Digest(DigestAlgorithm algorithm) : context_(EVP_MD_CTX_new()) {
  require(context_ && EVP_DigestInit_ex(context_of(context_.get()), method_of(algorithm), nullptr) == 1,
          "a digest");
}

void Digest::update(std::string_view bytes) {
  require(EVP_DigestUpdate(context_of(context_.get()), bytes.data(), bytes.size()) == 1, "a digest");
}

std::string Digest::finish() {
  DigestBytes digest{};
  unsigned int size = 0;
  require(EVP_DigestFinal_ex(context_of(context_.get()), digest.data(), &size) == 1, "a digest");
  return text_of(digest, size);
}

void Digest::Free::operator()(void* context) const {
  EVP_MD_CTX_free(context_of(context));
}

}  // namespace sm_train

#include "sm_train/system/digest.hpp"

#include <array>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

constexpr std::size_t sha256_size = 32;

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string text_of(const Digest& digest, std::size_t size) {
  return {reinterpret_cast<const char*>(digest.data()), size};
}

void require(bool done, const char* what) {
  if (!done)
    throw Error({.cause = Cause::internal,
                 .what = std::string("OpenSSL refused ") + what + ".",
                 .remedy = "Check the machine's OpenSSL configuration (a FIPS provider refuses MD5)."});
}

EVP_MD_CTX* md5_of(void* context) {
  return static_cast<EVP_MD_CTX*>(context);
}

}  // namespace

std::string sha256(std::string_view data) {
  Digest digest{};
  require(EVP_Digest(data.data(), data.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
          "SHA-256");
  return text_of(digest, sha256_size);
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
  Digest digest{};
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

Md5::Md5() : context_(EVP_MD_CTX_new()) {
  require(context_ && EVP_DigestInit_ex(md5_of(context_.get()), EVP_md5(), nullptr) == 1, "MD5");
}

void Md5::update(std::string_view data) {
  require(EVP_DigestUpdate(md5_of(context_.get()), data.data(), data.size()) == 1, "MD5");
}

std::string Md5::finish_hex() {
  Digest digest{};
  unsigned int size = 0;
  require(EVP_DigestFinal_ex(md5_of(context_.get()), digest.data(), &size) == 1, "MD5");
  return to_hex(text_of(digest, size));
}

void Md5::Free::operator()(void* context) const {
  EVP_MD_CTX_free(md5_of(context));
}

}  // namespace sm_train

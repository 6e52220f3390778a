#include "sm_train/system/digest.hpp"

#include <map>
#include <string>

#include "catch.hpp"

using namespace sm_train;

TEST_CASE("SHA-256 of the empty text and of abc is that of FIPS 180-4") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("HMAC-SHA-256 is that of RFC 4231") {
  CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST_CASE("a digest of bytes in pieces is that of the whole") {
  const auto in_pieces = [](DigestAlgorithm algorithm) {
    Digest digest(algorithm);
    digest.update("message ");
    digest.update("");
    digest.update("digest");
    return to_hex(digest.finish());
  };
  CHECK(in_pieces(DigestAlgorithm::md5) == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(in_pieces(DigestAlgorithm::sha1) == "c12252ceda8be8994d5fa0290a47231c1d16aae3");
  CHECK(in_pieces(DigestAlgorithm::sha256) == to_hex(sha256("message digest")));
  CHECK(to_hex(Digest(DigestAlgorithm::md5).finish()) == "d41d8cd98f00b204e9800998ecf8427e");
}

TEST_CASE("base64 is that of RFC 4648, there and back") {
  const std::map<std::string, std::string> vectors = {{"", ""},
                                                      {"f", "Zg=="},
                                                      {"fo", "Zm8="},
                                                      {"foo", "Zm9v"},
                                                      {"foob", "Zm9vYg=="},
                                                      {"fooba", "Zm9vYmE="},
                                                      {"foobar", "Zm9vYmFy"},
                                                      {std::string("\0\xff\0", 3), "AP8A"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(to_base64(bytes) == text);
    CHECK(from_base64(text) == bytes);
  }
}

TEST_CASE("what is not strictly base64 is none") {
  for (const char* text : {"Zg=", "Zg", "Z", "Zg==Zg==", " Zg==", "Zg==\n", "Zm9v\n",
                           "Zh==", "Z===", "====", "=", "Zm-_", "Zm9vYg==x", "Zm 9v"}) {
    INFO(text);
    CHECK(from_base64(text) == std::nullopt);
  }
}

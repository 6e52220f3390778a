#include "sm_train/system/digest.hpp"

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

TEST_CASE("MD5 of bytes in pieces is that of the whole") {
  Md5 md5;
  md5.update("message ");
  md5.update("");
  md5.update("digest");
  CHECK(md5.finish_hex() == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(Md5().finish_hex() == "d41d8cd98f00b204e9800998ecf8427e");
}

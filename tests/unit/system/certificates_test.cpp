#include "sm_train/system/certificates.hpp"

#include "catch.hpp"
#include "sm_train/system/files.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;

TEST_CASE("CA certificates are found where the image's distribution keeps them") {
  for (const char* place : {"etc/ssl/certs/ca-certificates.crt", "etc/pki/tls/certs/ca-bundle.crt",
                            "etc/ssl/ca-bundle.pem", "etc/ssl/cert.pem"}) {
    CAPTURE(place);
    const TempDir root;
    put_file(root.path() / place, "");
    CHECK(find_ca_certificates(root.path()) == root.path() / place);
  }
}

TEST_CASE("an image without CA certificates has none, nor one that has only their directory") {
  const TempDir root;
  CHECK_FALSE(find_ca_certificates(root.path()));
  std::filesystem::create_directories(root.path() / "etc/ssl/certs/ca-certificates.crt");
  CHECK_FALSE(find_ca_certificates(root.path()));
}

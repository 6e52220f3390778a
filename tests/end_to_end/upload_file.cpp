// The library's upload as a program: upload_file FILE s3://BUCKET/KEY
#include <iostream>

#include "sm_train/aws/s3_upload.hpp"
#include "sm_train/contract/failure.hpp"

int main(int argc, char* argv[]) try {
  if (argc != 3) return sm_train::exit_code(sm_train::Cause::usage);
  sm_train::upload_file_to_s3(argv[1], sm_train::parse_s3_uri(argv[2]));
  return 0;
} catch (const sm_train::Error& error) {
  std::cerr << error.what() << '\n';
  return sm_train::exit_code(error.failure().cause);
}

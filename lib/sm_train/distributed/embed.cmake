# Writes OUTPUT, a C++ file that holds the bytes of INPUT as `NAME`.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUTPUT}
"#include \"sm_train/distributed/gethostname_library.hpp\"

namespace sm_train {

namespace {

constexpr unsigned char bytes[] = {${bytes}};

}  // namespace

std::string_view gethostname_library() {
  return {reinterpret_cast<const char*>(bytes), sizeof bytes};
}

}  // namespace sm_train
")

// Reads length-prefixed texts from standard input and writes for each how sm-train understands it, for
// python_differential_test.py to compare with what Python itself says.
//   in:  "<bytes>\n<text>"...
//   out: a line each: "text", or "value <hex of python_str> <hex of python_json>"
#include <cstdio>
#include <iostream>
#include <string>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/unicode.hpp"
#include "sm_train/system/json.hpp"

namespace {

std::string hex(const std::string& bytes) {
  std::string result = "x";
  for (const char byte : bytes) {
    constexpr char digits[] = "0123456789abcdef";
    result += digits[static_cast<unsigned char>(byte) >> 4];
    result += digits[static_cast<unsigned char>(byte) & 15];
  }
  return result;
}

}  // namespace

int main() {
  std::size_t length = 0;
  while (std::cin >> length) {
    std::cin.get();
    std::string text(length, '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(length));
    try {
      if (const auto value = sm_train::try_parse_json(text, "the text"))
        std::cout << "value " << hex(sm_train::python_str(*value)) << ' '
                  << hex(sm_train::python_json(*value)) << '\n';
      else
        std::cout << "text " << hex(sm_train::to_upper(text)) << '\n';
    } catch (const sm_train::Error&) {
      std::cout << "refused\n";
    }
  }
}

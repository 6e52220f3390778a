#include "sm_train/contract/wrapped.hpp"

#include <catch2/catch.hpp>

namespace sm_train {

TEST_CASE("words are put into lines of at most 80 bytes, behind an indent") {
  const std::string word(26, 'w');
  CHECK(wrapped(word + " " + word + " " + word) == word + " " + word + " " + word + "\n");
  CHECK(wrapped(word + " " + word + " " + word, 2) == "  " + word + " " + word + "\n  " + word + "\n");
}

TEST_CASE("a word that is longer than a line stands alone, whole") {
  const std::string word(100, 'w');
  CHECK(wrapped("a " + word + " b") == "a\n" + word + "\nb\n");
}

TEST_CASE("blanks and newlines between words are one blank, and no words are no line") {
  CHECK(wrapped("  a \n b\n") == "a b\n");
  CHECK(wrapped(" \n").empty());
}

}  // namespace sm_train

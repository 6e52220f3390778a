#include "sm_train/contract/shell_words.hpp"

#include "catch.hpp"

using sm_train::shell_word;
using sm_train::split_shell_words;
using Words = std::vector<std::string>;

TEST_CASE("words are parted by blanks, and quotes and backslashes keep them together") {
  CHECK(split_shell_words("").value().empty());
  CHECK(split_shell_words(" \t\n").value().empty());
  CHECK(split_shell_words("  a\tb\nc ").value() == Words{"a", "b", "c"});
  CHECK(split_shell_words(R"('a b' "c d" e\ f)").value() == Words{"a b", "c d", "e f"});
  CHECK(split_shell_words(R"(--x='1 2'"3 4"\ 5)").value() == Words{"--x=1 23 4 5"});
  CHECK(split_shell_words(R"('' "")").value() == Words{"", ""});
}

TEST_CASE("a backslash between single quotes is itself, and between double quotes it is before most") {
  CHECK(split_shell_words(R"('a\b' "a\b" "a\"b" "a\\b" "\$x" a\b)").value() ==
        Words{"a\\b", "a\\b", "a\"b", "a\\b", "$x", "ab"});
  CHECK(split_shell_words("a\\\nb \"c\\\nd\"").value() == Words{"ab", "cd"});
  CHECK(split_shell_words("a \\\n  b \\\n").value() == Words{"a", "b"});
}

TEST_CASE("nothing in a command line is expanded or run") {
  CHECK(split_shell_words("$HOME * ~ #x `id` $(id) a;b |c >d").value() ==
        Words{"$HOME", "*", "~", "#x", "`id`", "$(id)", "a;b", "|c", ">d"});
}

TEST_CASE("an open quote or a backslash at the end gives nothing") {
  for (const char* text : {"'a", "\"a", "a \"b\\\"", "a\\", "\"\\"}) CHECK_FALSE(split_shell_words(text));
}

TEST_CASE("a word that is written for a command line is read back") {
  CHECK(shell_word("--x=$HOME") == "--x=$HOME");
  for (const char* word : {"", "a", "a b", "it's", "\"", "\\", "a\nb", "'", "\t"})
    CHECK(split_shell_words(shell_word(word)).value() == Words{word});
}

TEST_CASE("a word with any blank in it is read back as it was") {
  for (const std::string blank : {" ", "\t", "\r", "\n"})
    CHECK(split_shell_words(shell_word(blank + "a")) == std::vector<std::string>{blank + "a"});
}

#include "sm_train/distributed/rank_tags.hpp"

#include "catch.hpp"

using namespace sm_train;

namespace {

/// Two ranks on each of two hosts.
std::string host_of(int rank) {
  return rank >= 0 && rank < 4 ? (rank < 2 ? "algo-1" : "algo-2") : "";
}

std::string rewritten(const std::string& text) {
  return RankTags(host_of).rewrite(text, true);
}

/// Tags of both kinds, at the beginning of lines and in the middle, and text that is like them.
const std::string mixed =
    "[1,0]<stdout>:loss=0.5\n[1,3]<stderr>:[W] half [1,3]<stderr>:a line\n[1,3x]<stdout>:text\n"
    "[1,2]<stddiag>:\n\nno tag [1,0]<stdout>:here\n[1,0]<stdout>:[1,0][1,0]<stdout>:[[1,0]<stdout>:]\n[1,0";
const std::string mixed_rewritten =
    "[1,mpirank:0,algo-1]<stdout>:loss=0.5\n[1,mpirank:3,algo-2]<stderr>:[W] half a line\n"
    "[1,3x]<stdout>:text\n[1,mpirank:2,algo-2]<stddiag>:\n\nno tag [1,0]<stdout>:here\n"
    "[1,mpirank:0,algo-1]<stdout>:[1,0][]\n[1,0";

}  // namespace

TEST_CASE("the tags of all streams get rank and host") {
  for (const std::string stream : {"<stdout>:", "<stderr>:", "<stddiag>:"}) {
    CHECK(rewritten("[1,3]" + stream + "text\n") == "[1,mpirank:3,algo-2]" + stream + "text\n");
    CHECK(rewritten("[65535,0]" + stream) == "[65535,mpirank:0,algo-1]" + stream);
  }
}

TEST_CASE("a tag stays as it is where the rank's host is not known") {
  CHECK(rewritten("[1,4]<stdout>:text\n") == "[1,4]<stdout>:text\n");
  CHECK(rewritten("[1,99999999999]<stdout>:text\n") == "[1,99999999999]<stdout>:text\n");
}

TEST_CASE("a tag of the same rank and stream in the middle of its line is left out") {
  CHECK(rewritten("[1,0]<stdout>:epoch 1, [1,0]<stdout>:loss [1,0]<stdout>:0.5\n") ==
        "[1,mpirank:0,algo-1]<stdout>:epoch 1, loss 0.5\n");
  // Also where that rank's host is not known.
  CHECK(rewritten("[1,9]<stdout>:a [1,9]<stdout>:b\n") == "[1,9]<stdout>:a b\n");
}

TEST_CASE("a line that another rank breaks into ends there") {
  CHECK(rewritten("[1,0]<stdout>:a [1,1]<stdout>:b\n") ==
        "[1,mpirank:0,algo-1]<stdout>:a \n[1,mpirank:1,algo-1]<stdout>:b\n");
  CHECK(rewritten("[1,0]<stdout>:a [1,0]<stderr>:b\n") ==
        "[1,mpirank:0,algo-1]<stdout>:a \n[1,mpirank:0,algo-1]<stderr>:b\n");
  CHECK(rewritten("a [1,0]<stdout>:b\n") == "a [1,0]<stdout>:b\n");
}

TEST_CASE("what each rank wrote is kept without its tags, and what mpirun wrote itself") {
  RankTags tags([](int) { return "algo-1"; });
  tags.rewrite("banner\n[1,0]<stderr>:loud\n[1,1]<stderr>:Trace");
  tags.rewrite("[1,1]<stderr>:back\n[1,0]<stderr>:loud\n", true);
  CHECK(tags.tails().of(0) == "loud\nloud\n");
  CHECK(tags.tails().of(1) == "Traceback\n");
  CHECK(tags.tails().of(2).empty());
  CHECK(tags.tails().of(RankTails::of_mpirun) == "banner\n");
}

TEST_CASE("of a rank that writes much the last is kept") {
  RankTails tails;
  for (int i = 0; i < 100'000; ++i) tails.add(3, std::to_string(i) + "\n");
  CHECK(tails.of(3).ends_with("99998\n99999\n"));
  CHECK(tails.of(3).size() == 16384);
}

TEST_CASE("the next line has its own tag, and none is left out of a line without one") {
  CHECK(rewritten("[1,0]<stdout>:a\n[1,0]<stdout>:b\nc [1,0]<stdout>:d\n") ==
        "[1,mpirank:0,algo-1]<stdout>:a\n[1,mpirank:0,algo-1]<stdout>:b\nc [1,0]<stdout>:d\n");
}

TEST_CASE("text that is like a tag stays as it is") {
  for (const std::string text :
       {"[1,3]", "[1,3]<stdout>", "[1,3]<stdin>:", "[1,3]stdout:", "[,3]<stdout>:", "[1,]<stdout>:",
        "[1]<stdout>:", "[-1,3]<stdout>:", "[1, 3]<stdout>:", " [1,3]<stdout>:", "[[1,3]<stdout>:",
        "[a,3]<stdout>:", "[1,3}<stdout>:", "[1,mpirank:3,algo-2]<stdout>:", "[", "[]", "[1", "[1,"}) {
    INFO(text);
    CHECK(rewritten(text) == text);
    CHECK(rewritten(text + "\n") == text + "\n");
    CHECK(rewritten(text + "x\n" + text + "x") == text + "x\n" + text + "x");
  }
  CHECK(rewritten("").empty());
  CHECK(rewritten("\n\n") == "\n\n");
}

TEST_CASE("it makes no difference into which pieces the output was cut") {
  REQUIRE(rewritten(mixed) == mixed_rewritten);
  for (std::size_t cut = 0; cut <= mixed.size(); ++cut) {
    INFO("cut after " << cut << " bytes");
    RankTags tags(host_of);
    std::string text = tags.rewrite(mixed.substr(0, cut));
    text += tags.rewrite(mixed.substr(cut), true);
    CHECK(text == mixed_rewritten);
  }
  RankTags tags(host_of);
  std::string text;
  for (const char byte : mixed) text += tags.rewrite({&byte, 1});
  CHECK(text + tags.rewrite("", true) == mixed_rewritten);
}

TEST_CASE("nothing is held back but what may be a tag's beginning") {
  RankTags tags(host_of);
  CHECK(tags.rewrite("[1,0]<std").empty());
  CHECK(tags.rewrite("out>:50%") == "[1,mpirank:0,algo-1]<stdout>:50%");
  CHECK(tags.rewrite("\r[1,0") == "\r");
  CHECK(tags.rewrite("]]") == "[1,0]]");
  CHECK(tags.rewrite("[1,0]<stdout>") == "");
  CHECK(tags.rewrite(":, [", true) == ", [");
}

TEST_CASE("the end of the output brings what was held back") {
  for (const std::string beginning : {"[", "[1", "[1,3", "[1,3]<std", "[1,3]<stdout>"}) {
    RankTags at_line_start(host_of);
    CHECK(at_line_start.rewrite(beginning).empty());
    CHECK(at_line_start.rewrite("", true) == beginning);
    RankTags inside_line(host_of);
    inside_line.rewrite("[1,3]<stdout>:text ");
    CHECK(inside_line.rewrite(beginning).empty());
    CHECK(inside_line.rewrite("", true) == beginning);
  }
}

TEST_CASE("of digits without end no more is held back than a tag can have") {
  RankTags tags(host_of);
  const std::string digits(100, '1');
  CHECK(tags.rewrite("[" + digits) == "[" + digits);
  CHECK(tags.rewrite("x\n[1,0]<stdout>:") == "x\n[1,mpirank:0,algo-1]<stdout>:");
}

TEST_CASE("a long line with many brackets comes through whole") {
  std::string line;
  for (int i = 0; i < 100'000; ++i) line += "[1,0] ";
  const std::string out = rewritten("[1,0]<stdout>:" + line + "\n[1,2]<stdout>:next");
  CHECK(out == "[1,mpirank:0,algo-1]<stdout>:" + line + "\n[1,mpirank:2,algo-2]<stdout>:next");
}

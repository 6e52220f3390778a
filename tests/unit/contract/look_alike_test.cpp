#include "sm_train/contract/look_alike.hpp"

#include "catch.hpp"

using namespace sm_train;

using Names = std::vector<std::string>;

TEST_CASE("what a missing program may have been meant to be is found among the files") {
  struct Row {
    std::string name;
    Names files;
    Names meant;
  };
  const auto row = GENERATE(values<Row>({
      {"train.py", {"src/train.py"}, {"src/train.py"}},
      {"code/train.py", {"train.py"}, {"train.py"}},
      {"Train.py", {"train.py"}, {"train.py"}},
      {"\u00d6.py", {"\u00f6.py"}, {"\u00f6.py"}},
      {"train", {"train.py", "train.csv", "train"}, {"train", "train.py"}},
      {"train.py", {"train.sh", "train.R", "train.json"}, {"train.R", "train.sh"}},
      {"trian.py", {"train.py"}, {"train.py"}},
      {"tran.py", {"train.py"}, {"train.py"}},
      {"traiin.py", {"train.py"}, {"train.py"}},
      {"trein.py", {"train.py"}, {"train.py"}},
      {"trainning_loop.py", {"training_lop.py"}, {"training_lop.py"}},
      {"src/train.py/", {"src/train.py"}, {"src/train.py"}},
      {"pkg.train", {"pkg/train.py"}, {"pkg/train.py"}},
      {"pkg.trian", {"pkg/train.py"}, {"pkg/train.py"}},
      {"trainre", {"trainer/__main__.py", "trainer/x.py"}, {"trainer"}},
      {"\xff\xfe"
       "ab.py",
       {"\xff\xfd"
        "ab.py"},
       {"\xff\xfd"
        "ab.py"}},
      {"train.py", {"main.py", "t.py", "brain.csv", "drains.py", "data/x"}, {}},
      {"ab.py", {"ax.py"}, {}},
      {"train.py", {}, {}},
      {"", {"a.py", "__main__.py"}, {}},
      {"/", {"a.py"}, {}},
  }));
  CAPTURE(row.name);
  CHECK(look_alikes(row.name, row.files) == row.meant);
}

TEST_CASE("of many the three likeliest are given, those at the top first") {
  CHECK(look_alikes("trian.py", {"src/trian.py", "train.py"}) == Names{"train.py", "src/trian.py"});
  CHECK(look_alikes("train.py", {"brain.py", "drain.py", "grain.py", "a/b/train.py", "a/Train.py"}) ==
        Names{"brain.py", "a/Train.py", "a/b/train.py"});
}

TEST_CASE("names that no file system has are compared for equality alone") {
  const std::string name(1 << 20, 'x');
  CHECK(look_alikes(name, {name + "y"}).empty());
  CHECK(look_alikes(name, {"src/" + name}) == Names{"src/" + name});
}

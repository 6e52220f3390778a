#include "sm_train/contract/option_parsers.hpp"

#include "catch.hpp"

using namespace sm_train;

TEST_CASE("a program that imports an option parser is seen in any spelling of the import") {
  const auto source =
      GENERATE(as<std::string>(), "import argparse\n", "from argparse import ArgumentParser\n",
               "import os, argparse", "    import click as c\n", "from absl import flags\n",
               "x = 1\nimport fire\n", "from transformers import HfArgumentParser, Trainer\n",
               "from transformers import (\n    HfArgumentParser,\n)\n");
  CHECK(imports_option_parser(source));
}

TEST_CASE("a program that only mentions a parser is none that uses it") {
  const auto source =
      GENERATE(as<std::string>(), "", "import os\n", "# import argparse\n", "print('argparse')\n",
               "import argparse_like\n", "from os import fire\n", "import firehose");
  CHECK_FALSE(imports_option_parser(source));
}

TEST_CASE("an option is declared by its flag, with its name's end in sight") {
  const std::string source = "p.add_argument('-t', \"--train\", type=str)\np.add_argument('--train-size')\n";
  CHECK(declares_option(source, "train"));
  CHECK(declares_option(source, "train-size"));
  CHECK(declares_option(source, "t"));
  CHECK_FALSE(declares_option(source, "size"));
  CHECK_FALSE(declares_option(source, "trai"));
  CHECK_FALSE(declares_option("p.add_argument('--train-size')", "train"));
}

TEST_CASE("absl's flags are declared by their name in quotes") {
  CHECK(declares_option("flags.DEFINE_string('train', None, '')", "train"));
  CHECK_FALSE(declares_option("d['train'] = 1", "train"));
}

TEST_CASE("where options are made of Python names, a parameter or a field declares one") {
  CHECK(declares_option("import typer\ndef main(train_dir: str): pass", "train-dir"));
  CHECK(declares_option("from transformers import HfArgumentParser\nclass A:\n  train: str = ''", "train"));
  CHECK_FALSE(declares_option("import typer\ndef main(train_dir: str): pass", "train"));
  CHECK_FALSE(declares_option("import argparse\ndef main(train): pass", "train"));
}

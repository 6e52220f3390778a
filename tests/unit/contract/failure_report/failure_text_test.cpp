#include "sm_train/contract/failure_report/failure_text.hpp"

#include <csignal>

#include "catch.hpp"

using namespace sm_train;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

const Command command = {.argv = {"python3", "train.py", "--lr", "0.1"}, .env = {}, .cwd = {}};

std::string text_of(const std::string& err, const std::string& out = "", int code = 3) {
  return failure_text({.end = Exited{.code = code}, .stdout_tail = out, .stderr_tail = err}, command);
}

const std::string traceback =
    "Traceback (most recent call last):\n"
    "  File \"train.py\", line 7, in <module>\n"
    "    main()\n"
    "  File \"train.py\", line 4, in main\n"
    "    raise ValueError(\"no data\")\n"
    "ValueError: no data\n";

std::string frames(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += "  File \"deep.py\", line " + std::to_string(i) + ", in f\n    f(" + std::to_string(i) + ")\n";
  return text;
}

}  // namespace

TEST_CASE("a failed program is told by its exit code, its last words and its command") {
  CHECK(text_of("my fatal: disk full\n") ==
        "ExecuteUserScriptError:\nExitCode 3\nErrorMessage \"my fatal: disk full\"\n"
        "Command \"python3 train.py --lr 0.1\"");
}

TEST_CASE("the last traceback is shown with what was written after it, and not what came before") {
  const auto text = text_of("epoch 1\n" + traceback + "\nsome other output\n");
  CHECK(text == "ExecuteUserScriptError:\nExitCode 3\nErrorMessage \"" + traceback +
                    "some other output\"\nCommand \"python3 train.py --lr 0.1\"");
}

TEST_CASE("of two tracebacks the last one counts, unless they are chained") {
  const std::string last =
      "Traceback (most recent call last):\n  File \"b.py\", line 1, in <module>\nKeyError: 'b'\n";
  SECTION("apart") {
    const auto text = text_of(traceback + "retrying\n" + last);
    CHECK_THAT(text, Contains("KeyError: 'b'"));
    CHECK_THAT(text, !Contains("no data"));
  }
  SECTION("raised from another") {
    const auto text = text_of(
        traceback + "\nThe above exception was the direct cause of the following exception:\n\n" + last);
    CHECK_THAT(text, Contains("ErrorMessage \"Traceback (most recent call last):\n  File \"train.py\""));
    CHECK_THAT(text, Contains("ValueError: no data\n\nThe above exception"));
    CHECK_THAT(text, Contains("KeyError: 'b'\"\nCommand"));
  }
  SECTION("raised while handling another") {
    const auto text = text_of(
        traceback + "\nDuring handling of the above exception, another exception occurred:\n\n" + last);
    CHECK_THAT(text, Contains("ValueError: no data\n\nDuring handling"));
    CHECK_THAT(text, Contains("KeyError: 'b'\"\nCommand"));
  }
}

TEST_CASE("of a long traceback the middle is cut, and of a long chain the exceptions stay") {
  const std::string first =
      "Traceback (most recent call last):\n" + frames(60) + "OSError: the first cause\n";
  const std::string last = "Traceback (most recent call last):\n" + frames(60) + "RuntimeError: the last\n";
  const auto text =
      text_of(first + "\nThe above exception was the direct cause of the following exception:\n\n" + last);
  CHECK(characters_of(text) <= max_failure_characters);
  CHECK_THAT(text, StartsWith("ExecuteUserScriptError:\nExitCode 3\nErrorMessage \"Traceback (most recent"));
  CHECK_THAT(text, Contains("\n  ...\nOSError: the first cause\n  ...\n"));
  CHECK_THAT(text, Contains("    f(59)\nRuntimeError: the last\""));
}

TEST_CASE("the exception's own text of several lines is kept") {
  const auto text = text_of(
      "Traceback (most recent call last):\n  File \"t.py\", line 1, in <module>\n"
      "RuntimeError: CUDA error: device-side assert\nCompile with TORCH_USE_CUDA_DSA.\n\nIts end\n");
  CHECK_THAT(text, Contains("device-side assert\nCompile with TORCH_USE_CUDA_DSA.\nIts end\"\nCommand"));
}

TEST_CASE("a traceback of one rank is found among the lines of others") {
  const auto text = text_of(
      "[default1]:Traceback (most recent call last):\n[default0]:step 1\n"
      "[default1]:  File \"t.py\", line 1, in <module>\n[default0]:step 2\n"
      "[default1]:ValueError: rank one\n[default0]:step 3\n");
  CHECK_THAT(text, Contains("ErrorMessage \"Traceback (most recent call last):\n  File \"t.py\", line 1, in "
                            "<module>\nValueError: rank one\"\nCommand"));
}

TEST_CASE("a traceback whose first line follows other text is found") {
  const auto before = GENERATE(as<std::string>(), "ERROR: ", "  0%|          | 0/10 [00:00<?, ?it/s]",
                               "\r  9%|9         | 9/100 [00:00<?, ?it/s]");
  CHECK_THAT(text_of(before + traceback),
             Contains("ErrorMessage \"" + traceback.substr(0, traceback.size() - 1) + "\"\n"));
  const std::string last =
      "\nDuring handling of the above exception, another exception occurred:\n\n"
      "Traceback (most recent call last):\n  File \"b.py\", line 1, in <module>\nKeyError: 'b'\n";
  CHECK_THAT(text_of(traceback + "retrying\n" + before +
                     frames(1).insert(0, "Traceback (most recent call last):\n") + "OSError: first\n" + last),
             Contains("ErrorMessage \"Traceback") && Contains("OSError: first\n") &&
                 Contains("KeyError: 'b'") && !Contains("no data"));
}

TEST_CASE("what only speaks of a traceback is none") {
  const std::string header = "Traceback (most recent call last):";
  CHECK_THAT(text_of("{\"exc\": \"" + header + "\\n  File\"}\nthe cause\n"),
             Contains("ErrorMessage \"{\"exc\": \"" + header + "\\n  File\"}\nthe cause\"\n"));
  CHECK_THAT(text_of("01 " + header + "\n02   File \"a.py\", line 1\n03 ValueError: the cause\n"),
             Contains("ErrorMessage \"01 " + header) && Contains("03 ValueError: the cause\""));
  CHECK_THAT(text_of(traceback.substr(0, traceback.size() - 1) + ", says " + header + " inner\n"),
             Contains("ValueError: no data, says " + header + " inner\""));
}

TEST_CASE("an exception that tells another's traceback is told with both") {
  const auto outer = GENERATE(as<std::string>(), "RuntimeError: worker 3 failed:\n",
                              "RuntimeError: Caught ValueError in DataLoader worker process 0.\nOriginal ");
  const auto text = text_of("Traceback (most recent call last):\n  File \"outer.py\", line 1, in <module>\n" +
                            outer + traceback);
  CHECK_THAT(text, Contains("File \"outer.py\"") && Contains("\nRuntimeError: ") &&
                       Contains("\nValueError: no data\""));
}

TEST_CASE("a traceback that was cut off is shown as last lines") {
  CHECK_THAT(text_of("Traceback (most recent call last):\n  File \"t.py\", line 1, in f\n"),
             Contains("line 1, in f\"\n"));
}

TEST_CASE("an exception group is shown by the end of its tree") {
  CHECK_THAT(text_of("  + Exception Group Traceback (most recent call last):\n  |   File \"t.py\", line 1\n"
                     "  | ExceptionGroup: two (1 sub-exception)\n  +-+---- 1 ----\n    | ValueError: leaf\n"),
             Contains("ValueError: leaf\"\nCommand"));
}

TEST_CASE("without stderr the last lines of stdout are shown, without either that is said") {
  CHECK_THAT(text_of("\n \n", "one\ntwo\n"), Contains("ErrorMessage \"one\ntwo\"\n"));
  CHECK_THAT(text_of(""), Contains("ErrorMessage \"The program wrote nothing to stderr and stdout.\""));
}

TEST_CASE("of a long log the last lines are shown") {
  std::string log;
  for (int i = 0; i < 1000; ++i)
    log += "line " + std::to_string(i) + " of a log that goes on and on and on until it ends\n";
  const auto text = text_of(log + "panic: it broke\n");
  CHECK_THAT(text, Contains("ErrorMessage \"  ...\nline 98"));
  CHECK_THAT(text, Contains("line 999 of a log that goes on and on and on until it ends\npanic: it broke\""));
}

TEST_CASE("a progress bar is shown as a terminal would, and colours are left out") {
  CHECK_THAT(text_of("1%\r50%\r99%\r\n\x1b[31mboom\x1b[0m\a\n"), Contains("ErrorMessage \"99%\nboom\""));
}

TEST_CASE("no escape sequence and no control character of Unicode is shown") {
  const auto row = GENERATE(values<std::string>(
      {"\x1b]0;a title\a", "\x1b]0;a title\x1b\\", "\x1b(B", "\x1b[1;31m", "\x1b\x37", "\x1b", "\x1b]",
       "\x7f", "\u0085", "\u009b", "\u2028", "\u202e", "\u2066", "\x1b]0;a title\x1b[0m"}));
  CHECK_THAT(text_of("one" + row + "€two\n"), Contains("ErrorMessage \"one€two\""));
}

TEST_CASE("a kill is told by the signal's name") {
  const auto text =
      failure_text({.end = Killed{.signal = SIGSEGV}, .stdout_tail = "", .stderr_tail = "step 9\n"}, command);
  CHECK_THAT(text,
             StartsWith("ExecuteUserScriptError:\nExitCode 139\nErrorMessage \"The program was killed by "
                        "SIGSEGV.\nstep 9\""));
}

TEST_CASE("an out-of-memory kill is told first, also of a process that was not the program") {
  const auto text = failure_text(
      {.end = Exited{.code = 1}, .stdout_tail = "", .stderr_tail = traceback, .out_of_memory = true},
      command);
  CHECK_THAT(text,
             StartsWith("ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"Out of memory: the kernel"));
  CHECK_THAT(text, Contains("ValueError: no data"));
}

TEST_CASE("any output gives valid UTF-8 of at most 1,024 characters with the cause whole") {
  const auto length = GENERATE(1, 900, 960, 1000, 1024, 5000);
  const auto unit = GENERATE(std::string("a"), std::string("€"), std::string("\xff"));
  std::string cause = "E: ";
  for (int i = 0; i < length; ++i) cause += unit;
  const auto text = text_of("x\n" + cause + "\n", "", 255);
  CHECK(characters_of(text) <= max_failure_characters);
  CHECK(clip_utf8(text, text.size()) == text);
  const auto whole = clip_utf8(cause, cause.size());
  CHECK_THAT(text, Contains(clip_utf8(whole, 900)));
  if (length <= 960) CHECK_THAT(text, Contains(whole + "\""));
}

TEST_CASE("a long command is cut before the message is") {
  Command long_command = command;
  long_command.argv.push_back(std::string(2000, 'x'));
  const auto text =
      failure_text({.end = Exited{.code = 1}, .stdout_tail = "", .stderr_tail = traceback}, long_command);
  CHECK(characters_of(text) == max_failure_characters);
  CHECK_THAT(text, Contains(traceback.substr(0, traceback.size() - 1)));
  CHECK_THAT(text, EndsWith("xxx...\""));
}

TEST_CASE("a hint stands whole between the message and the command") {
  const FailureClues clues = {.channels = {"training"}};
  const std::string refusal = "train.py: error: unrecognized arguments: --training /x";
  const std::string hint =
      "\nHint: --training is the channel \"training\". Leave it out with --channel-args never";
  Command long_command = command;
  long_command.argv.push_back(std::string(2000, 'x'));
  const auto text_with = [&](const std::string& err) {
    return failure_text({.end = Exited{.code = 2}, .stdout_tail = "", .stderr_tail = err}, long_command,
                        clues);
  };
  SECTION("of a short message") {
    const auto text = text_with(refusal);
    CHECK_THAT(text, Contains(refusal + "\"" + hint));
    CHECK_THAT(text, Contains("declare the option in the program.\nCommand \"python3"));
  }
  SECTION("of a long message, which is cut for it") {
    std::string usage;
    for (int i = 0; i < 100; ++i) usage += "usage: of many options, this is one line of them\n";
    const auto text = text_with(usage + refusal);
    CHECK_THAT(text, Contains(refusal + "\"" + hint));
    CHECK_THAT(text, Contains("declare the option in the program."));
    CHECK(characters_of(text) <= max_failure_characters);
  }
  SECTION("unless it would cut the cause") {
    const std::string cause = refusal + std::string(800, 'x');
    CHECK_THAT(text_with(cause), Contains(cause + "\"") && !Contains("Hint"));
  }
  SECTION("where the cause is cut anyway") {
    const auto text = text_with(refusal + std::string(2000, 'x'));
    CHECK_THAT(text, Contains(refusal) && Contains("declare the option in the program."));
    CHECK(characters_of(text) <= max_failure_characters);
  }
}

TEST_CASE("secrets are masked in all of the text, also where they would be cut in two") {
  const std::string secret = "correct-horse-battery-staple";
  const Secrets secrets(EnvVars{{"DB_PASSWORD", secret}});
  Command told = command;
  told.argv.insert(told.argv.end(), {secret, "--dsn=https://user:" + secret + "@host/"});
  for (const std::size_t before : {0U, 900U, 930U, 940U, 1000U}) {
    const std::string err = std::string(before, 'x') + secret + "\n";
    const auto text =
        failure_text({.end = Exited{.code = 1}, .stdout_tail = "", .stderr_tail = err}, told, {}, secrets);
    CHECK_THAT(text, !Contains("correct-horse"));
    CHECK(characters_of(text) <= max_failure_characters);
  }
  const Failure failure = {.cause = Cause::io, .what = "https://u:p@host: " + secret, .remedy = secret + "."};
  CHECK(failure_text(failure, secrets) == "https://******@host: ******\n******.");
}

TEST_CASE("what the output gives to a secret name is masked") {
  const auto text = text_of("t.py: error: unrecognized arguments: --db_password hunter2 --lr 0.1\n");
  CHECK_THAT(text, Contains("arguments: --db_password ****** --lr 0.1\""));
}

TEST_CASE("a fault of the launcher's own is told with its remedy, the cause first") {
  CHECK(failure_text({.cause = Cause::no_input, .what = "What.", .remedy = "Do."}) == "What.\nDo.");
  CHECK(failure_text({.cause = Cause::no_input, .what = "What.", .remedy = ""}) == "What.");
  const auto text =
      failure_text({.cause = Cause::io, .what = std::string(1000, 'w'), .remedy = std::string(99, 'r')});
  CHECK(text == std::string(1000, 'w') + "\n" + std::string(23, 'r'));
}

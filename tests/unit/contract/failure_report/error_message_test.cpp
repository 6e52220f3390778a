#include "sm_train/contract/failure_report/error_message.hpp"

#include "catch.hpp"

using namespace sm_train;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

std::string message_of(const std::string& err, const std::string& out = "", std::size_t room = 900) {
  return clip_message(find_error_message(out, err), room);
}

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

const std::string old_log = repeated("step done, and nothing to tell of it but that it went well\n", 100);

const std::string traceback =
    "Traceback (most recent call last):\n  File \"train.py\", line 3, in <module>\n    main()\nValueError: "
    "bad shape\n";

/// As torch 2.1 writes it.
std::string of_torchrun(const std::string& rank, const std::string& exit_code, const std::string& why) {
  return "[2024-01-01 00:00:00,000] torch.distributed.elastic.multiprocessing.api: [ERROR] failed "
         "(exitcode: " +
         exit_code +
         ") local_rank: 1 (pid: 12) of binary: /usr/bin/python3\n"
         "Traceback (most recent call last):\n"
         "  File \"/usr/bin/torchrun\", line 8, in <module>\n"
         "    sys.exit(main())\n"
         "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n" +
         std::string(60, '=') + "\ntrain.py FAILED\n" + std::string(60, '-') +
         "\nFailures:\n  <NO_OTHER_FAILURES>\n" + std::string(60, '-') +
         "\nRoot Cause (first observed failure):\n[0]:\n  time      : 2024-01-01_00:00:00\n  host      : "
         "algo-1\n"
         "  rank      : " +
         rank + " (local_rank: 1)\n  exitcode  : " + exit_code +
         " (pid: 12)\n  error_file: <N/A>\n  traceback : " + why + "\n" + std::string(60, '=') + "\n";
}

const std::string no_record = "To enable traceback see: https://pytorch.org/docs/stable/elastic/errors.html";

const std::string rule = std::string(74, '-') + "\n";
const std::string banner_of_mpirun =
    rule +
    "Primary job  terminated normally, but 1 process returned\n"
    "a non-zero exit code. Per user-direction, the job has been aborted.\n" +
    rule + rule +
    "mpirun detected that one or more processes exited with non-zero status, thus causing\n"
    "the job to be terminated. The first process to do so was:\n\n"
    "  Process name: [[38263,1],0]\n  Exit code:    3\n" +
    rule;

}  // namespace

TEST_CASE("the cause is shown with what follows it, where a long stack trace stands behind it") {
  struct Row {
    const char* language;
    std::string text;
    std::vector<std::string> shown;
  };
  const auto row = GENERATE(values<Row>({
      {"Java",
       "Exception in thread \"main\" java.lang.RuntimeException: wrapped\n\tat A.main(A.java:1)\n"
       "Caused by: java.lang.IllegalStateException: no data\n" +
           repeated("\tat A.f(A.java:1)\n", 90) + "\t... 1 more\n",
       {"Exception in thread \"main\" java.lang.RuntimeException: wrapped",
        "Caused by: java.lang.IllegalStateException: no data"}},
      {"node",
       "/code/p.js:1\nthrow new TypeError(\"no data\")\n^\n\nTypeError: no data\n" +
           repeated("    at f (/code/p.js:1:31)\n", 90) + "\nNode.js v20.20.2\n",
       {"TypeError: no data\n    at f (/code/p.js:1:31)\n", "Node.js v20.20.2"}},
      {"Go",
       "panic: no data [recovered]\n\tpanic: no data at all\n\ngoroutine 1 [running]:\n" +
           repeated("main.f(0x1)\n\t/code/main.go:5 +0x1d\n", 60) + "exit status 2\n",
       {"panic: no data [recovered]\n", "\tpanic: no data at all", "exit status 2"}},
      {"Rust",
       "thread 'main' panicked at src/main.rs:1:54:\nindex out of bounds: the len is 0\nstack backtrace:\n" +
           repeated("   0: core::panicking::panic_fmt\n             at "
                    "/rustc/library/core/src/panicking.rs:80:14\n",
                    60),
       {"thread 'main' panicked at src/main.rs:1:54:\nindex out of bounds: the len is 0"}},
      {"Rust since 1.91",
       "thread 'main' (31173) panicked at r.rs:1:54:\nno data\n" + repeated("   0: f\n", 300),
       {"thread 'main' (31173) panicked at r.rs:1:54:\nno data"}},
      {"C++",
       "terminate called after throwing an instance of 'std::runtime_error'\n  what():  no data\n" +
           repeated("frame #1: c10::f (0x7f in /usr/lib/libc10.so)\n", 15),
       {"terminate called after throwing an instance of 'std::runtime_error'\n  what():  no data"}},
      {"C", "train: main.c:3: main: Assertion `n > 0' failed.\n", {"Assertion `n > 0' failed."}},
      {"AddressSanitizer",
       "==12==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6\n" +
           repeated("    #0 0x55 in main /src/a.c:5:10\n", 30) +
           "\nSUMMARY: AddressSanitizer: heap-buffer-overflow /src/a.c:5:10 in main\n" +
           repeated("  0x0c047fff7fb0: 00 00 00 00\n", 20) + "==12==ABORTING\n",
       {"==12==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6\n",
        "SUMMARY: AddressSanitizer: heap-buffer-overflow /src/a.c:5:10 in main\n"}},
      {"ThreadSanitizer",
       "WARNING: ThreadSanitizer: data race (pid=1)\n" + repeated("    #0 f a.c:1\n", 90),
       {"WARNING: ThreadSanitizer: data race (pid=1)\n"}},
      {"UBSan",
       "a.c:5:3: runtime error: signed integer overflow\n" + repeated("    #0 f a.c:1\n", 90) + "bye\n",
       {"a.c:5:3: runtime error: signed integer overflow\n", "bye"}},
      {"faulthandler",
       "Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f (most recent call first):\n" +
           repeated("  File \"train.py\", line 1 in f\n", 90),
       {"Fatal Python error: Segmentation fault"}},
      {"R",
       "Error in f(x) : no data\nCalls: main -> f\nExecution halted\n",
       {"Error in f(x) : no data\nCalls: main -> f\nExecution halted"}},
      {"Julia",
       "ERROR: LoadError: no data\nStacktrace:\n" + repeated(" [1] f()\n   @ Main /code/t.jl:1\n", 90),
       {"ERROR: LoadError: no data\nStacktrace:"}},
      {"Perl",
       "deep at t.pl line 1.\n" + repeated("\tmain::f(1) called at t.pl line 1\n", 90),
       {"deep at t.pl line 1."}},
      {"Ruby",
       "t.rb:1:in `f': no data (RuntimeError)\n" + repeated("\tfrom t.rb:1:in `f'\n", 90),
       {"t.rb:1:in `f': no data (RuntimeError)"}},
      {".NET",
       "Unhandled exception. System.Exception: no data\n" +
           repeated("   at P.F() in /code/p.cs:line 3\n", 90),
       {"Unhandled exception. System.Exception: no data"}},
      {"a shell", "./train.sh: line 3: 12 Segmentation fault      ./train --x\n", {"12 Segmentation fault"}},
      {"one rank of mpirun",
       "[1,0]<stderr>:Exception in thread \"main\" java.lang.Error: no data\n" +
           repeated("[1,0]<stderr>:\tat A.f(A.java:1)\n", 90),
       {"java.lang.Error: no data"}},
  }));
  CAPTURE(row.language);
  const auto message = message_of(old_log + row.text);
  for (const std::string& shown : row.shown) CHECK_THAT(message, Contains(shown));
}

TEST_CASE("what looks like a cause long before the end is none") {
  CHECK_THAT(message_of("panic: long ago\n" + old_log + "the end\n"), !Contains("panic"));
  CHECK_THAT(message_of("Error: retrying\n" + old_log.substr(0, 500) + "the end\n", "", 100),
             Contains("the end"));
}

TEST_CASE("of an exception group all exceptions are told, however long its tracebacks are") {
  const std::string frames = repeated("    |   File \"t.py\", line 1, in f\n", 40);
  const auto message = message_of(
      old_log +
      "  + Exception Group Traceback (most recent call last):\n  |   File \"t.py\", line 7, in <module>\n"
      "  | ExceptionGroup: several (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n"
      "    | Traceback (most recent call last):\n" +
      frames +
      "    | ValueError: leaf 1\n"
      "    +---------------- 2 ----------------\n    | Traceback (most recent call last):\n" +
      frames + "    | TypeError: leaf 2\n    +------------------------------------\n");
  CHECK_THAT(message, StartsWith("  ...\n  | ExceptionGroup: several (2 sub-exceptions)"));
  CHECK_THAT(message, Contains("ValueError: leaf 1"));
  CHECK_THAT(message, Contains("TypeError: leaf 2"));
  CHECK_THAT(message, !Contains("step done"));
}

TEST_CASE("a crash after a traceback is told with it") {
  const auto message =
      message_of(traceback + "retrying\n" + old_log + "Fatal Python error: Aborted\n\nThread 1:\n");
  CHECK_THAT(message,
             Contains("\nValueError: bad shape\n") && Contains("\nFatal Python error: Aborted\nThread 1:"));
  const auto refused =
      message_of(traceback + "usage: t.py [-h]\nt.py: error: unrecognized arguments: --x 1\n");
  CHECK(refused == traceback + "usage: t.py [-h]\nt.py: error: unrecognized arguments: --x 1");
}

TEST_CASE("of much that follows a traceback the last is told, as the program got over the exception") {
  const std::string after = old_log + "FATAL: the loss is NaN\n";
  CHECK_THAT(message_of(traceback + after, "", 200),
             Contains("\nValueError: bad shape\n") && EndsWith("\n  ...\nFATAL: the loss is NaN"));
  CHECK(cause_text(find_error_message("", traceback + "a note\n")) ==
        "Traceback (most recent call last):\n"
        "ValueError: bad shape\na note");
  CHECK_THAT(cause_text(find_error_message("", traceback + after)),
             !Contains("bad shape") && Contains("FATAL: the loss is NaN"));
}

TEST_CASE("an exception's text is told to its end, whatever blank lines it has") {
  std::string text = "InvalidArgumentError: Graph execution error:\n\nDetected at node 'x'\n";
  for (int i = 0; i < 12; ++i) text += "    File \"keras.py\", line 1, in f\n\n";
  const auto message = message_of(
      "Traceback (most recent call last):\n  File \"t.py\", line 1, in <module>\n" + text + "a label of 10\n",
      "", 200);
  CHECK_THAT(message, Contains("Graph execution error:\nDetected at node 'x'\n"));
  CHECK_THAT(message, EndsWith("\n  ...\na label of 10"));
}

TEST_CASE("a stack trace of another language in an exception's text tells not that the program went on") {
  const auto message = message_of(
      "Traceback (most recent call last):\n  File \"t.py\", line 1, in <module>\nPy4JJavaError: An error "
      "occurred.\n: "
      "SparkException: Job aborted\n" +
      repeated("\tat A.f(A.java:1)\n", 90));
  CHECK_THAT(message,
             Contains("\nPy4JJavaError: An error occurred.\n: SparkException: Job aborted\n\tat A.f"));
}

TEST_CASE("a traceback that Python only mentions gives way to the one before it") {
  const std::string late =
      "Traceback (most recent call last):\n  File \"t.py\", line 5, in f\nTypeError: is late\n";
  const auto mention =
      GENERATE(as<std::string>(), "Exception ignored in: <function D.__del__ at 0x7f>\n",
               "Task exception was never retrieved\nfuture: <Task finished>\n", "--- Logging error ---\n",
               "Error in atexit._run_exitfuncs:\n", "Process Process-1:\n");
  const std::string mentioned = mention + late;
  CHECK(message_of(traceback + mentioned) == traceback + mention + "TypeError: is late");
  CHECK(message_of(traceback + mentioned + mentioned) ==
        traceback + mention + "TypeError: is late\n" + mention + "TypeError: is late");
  CHECK(message_of("no images found\n" + mentioned) + "\n" == "no images found\n" + mentioned);
  CHECK(message_of(mentioned + "FATAL: gave up\n") == mentioned + "FATAL: gave up");
  CHECK_THAT(message_of(mentioned + traceback), !Contains("is late"));
  const auto after_another = message_of(traceback + old_log + "FATAL: gave up\n" + mentioned + mentioned);
  CHECK_THAT(after_another, !Contains("bad shape") && Contains("\nFATAL: gave up\n" + mentioned));
}

TEST_CASE("of several ranks the one is told whose peers were there still") {
  const auto rank = [](const std::string& prefix, const std::string& exception) {
    return prefix + "Traceback (most recent call last):\n" + prefix +
           "  File \"t.py\", line 1, in <module>\n" + prefix + exception + "\n";
  };
  const std::string lost = "RuntimeError: NCCL communicator was aborted on rank 1";
  const std::string cause = rank("[1,0]<stderr>:", "ValueError: the cause");
  const std::string follower = rank("[1,1]<stderr>:", lost);
  CHECK(message_of(cause + follower) ==
        "Traceback (most recent call last):\n  File \"t.py\", line 1, in <module>\nValueError: the cause\n" +
            lost);
  CHECK_THAT(message_of(follower + rank("[1,2]<stderr>:", lost)), EndsWith(lost));
  const std::string went_on = repeated("[1,0]<stderr>:went on\n", 30);
  CHECK_THAT(message_of(cause + went_on + follower), !Contains("the cause") && Contains(lost));
}

TEST_CASE("the last line that matters is one with words, and no edge of a box") {
  CHECK(cause_text(find_error_message("", "title\n│ no data │\n╰─────────╯\n------\n")) ==
        "│ no data │\n╰─────────╯\n------");
  CHECK(cause_text(find_error_message("", "title\nнет\n")) == "нет");
  CHECK(cause_text(find_error_message("", "---\n...\n")) == "...");
}

TEST_CASE("where stderr knows no cause the last lines of stdout are told above its own") {
  const std::string info = "I tensorflow/core/util/port.cc:110] oneDNN custom operations are on.\n";
  const std::string out = old_log + "ERROR: no images found\n";
  CHECK_THAT(message_of(info, out, 130), StartsWith("  ...\nERROR: no images found\nI tensorflow"));
  CHECK(message_of("panic: no data\n", out) == "panic: no data");
}

TEST_CASE("a traceback at the end of stdout is told, with what stderr says last") {
  CHECK(message_of("a warning\n", "step 1\n" + traceback) == traceback + "a warning");
  CHECK_THAT(message_of("a warning\n", traceback + old_log), !Contains("Traceback"));
}

TEST_CASE("torchrun's own traceback gives way to that of a rank") {
  const std::string end = of_torchrun("3", "1", no_record);
  SECTION("the last one before it") {
    CHECK(message_of(traceback + end) + "\n" == traceback);
  }
  SECTION("that of the rank which failed first, by torch's prefix") {
    const auto message = message_of(
        "[rank3]: Traceback (most recent call last):\n[rank3]:   File \"t.py\", line 1, in <module>\n"
        "[rank3]: ValueError: the cause\n"
        "[rank2]: Traceback (most recent call last):\n[rank2]:   File \"t.py\", line 1, in <module>\n"
        "[rank2]: RuntimeError: Connection closed by peer\n" +
        end);
    CHECK(message ==
          "Traceback (most recent call last):\n  File \"t.py\", line 1, in <module>\nValueError: the cause");
  }
  SECTION("that of the rank which failed first, by torchrun's prefix") {
    const auto message = message_of(
        "[default1]:Traceback (most recent call last):\n[default1]:  File \"t.py\", line 1, in <module>\n"
        "[default1]:ValueError: the cause\n"
        "[default0]:Traceback (most recent call last):\n[default0]:  File \"t.py\", line 1, in <module>\n"
        "[default0]:RuntimeError: Connection closed by peer\n" +
        end);
    CHECK_THAT(message, Contains("ValueError: the cause"));
    CHECK_THAT(message, !Contains("Connection closed"));
  }
  SECTION("that in its summary, which the program's own record has made") {
    const auto message = message_of(of_torchrun("3", "1",
                                                "Traceback (most recent call last):\n    File \"t.py\", line "
                                                "1, in main\n      f()\n  ValueError: recorded\n  "));
    CHECK(message ==
          "Traceback (most recent call last):\n  File \"t.py\", line 1, in main\n    f()\nValueError: "
          "recorded");
  }
}

TEST_CASE("torchrun's summary is told where a rank left no traceback") {
  SECTION("a signal killed it") {
    const std::string end = of_torchrun("3", "-9", "Signal 9 (SIGKILL) received by PID 12");
    const auto message = message_of(traceback + end, "", 200);
    CHECK_THAT(message_of(traceback + end, "", 60), Contains("Signal 9 (SIGKILL)"));
    CHECK_THAT(message, Contains("  traceback : Signal 9 (SIGKILL) received by PID 12"));
    CHECK_THAT(message, Contains("  exitcode  : -9 (pid: 12)"));
    CHECK_THAT(message, !Contains("===="));
  }
  SECTION("it exited with words of its own") {
    const auto message = message_of("loading\nI give up: no data\n" + of_torchrun("3", "1", no_record));
    CHECK_THAT(message, StartsWith("loading\nI give up: no data\ntorch.distributed.elastic"));
    CHECK_THAT(message, Contains("  exitcode  : 1 (pid: 12)"));
    CHECK_THAT(message, !Contains("[ERROR] failed"));
  }
}

TEST_CASE("the error of a command that a program ran stands with what the command said") {
  const std::string parent =
      "Traceback (most recent call last):\n  File \"launch.py\", line 2, in <module>\n"
      "subprocess.CalledProcessError: Command '['python', 'train.py']' returned non-zero exit status 1.";
  CHECK_THAT(message_of(traceback + parent + "\n"),
             StartsWith(traceback + "subprocess.CalledProcessError: Command '['python"));
  CHECK(message_of("tar: no such file\n" + parent + "\n") == "tar: no such file\n" + parent);
  CHECK(message_of(parent + "\n") == parent);
  CHECK_THAT(message_of(traceback + old_log + parent + "\n"), !Contains("bad shape"));
}

TEST_CASE("the last words of ranks are told, and not mpirun's banner") {
  CHECK(message_of("loading\nno data\n" + banner_of_mpirun) == "loading\nno data");
  CHECK(message_of(banner_of_mpirun, "no data\n") == "no data");
  CHECK_THAT(message_of(banner_of_mpirun), Contains("mpirun detected"));
  CHECK(message_of(rule + "mpirun detected that one was cut off\n" + traceback) + "\n" == traceback);
  CHECK_THAT(message_of("no data\n" + rule +
                        "mpirun noticed that process rank 0 exited on signal 9 (Killed).\n" + rule),
             Contains("signal 9 (Killed)"));
}

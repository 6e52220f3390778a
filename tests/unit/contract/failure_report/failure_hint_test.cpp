#include "sm_train/contract/failure_report/failure_hint.hpp"

#include <csignal>

#include "catch.hpp"
#include "sm_train/contract/unicode.hpp"

using namespace sm_train;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::uint64_t gibibyte = 1ULL << 30U;

FailureClues some_job() {
  return {.channels = {"training", "my-data"},
          .hyperparameters = Dict({{"batch-size", 32},
                                   {"amp", true},
                                   {"layers", List{1, "a"}},
                                   {"sizes", List{64, 32}},
                                   {"k", 3},
                                   {"nothing", nullptr},
                                   {"shift", -1.0}}),
          .arguments = {},
          .volumes = {}};
}

std::string hint_of(const Outcome& outcome, const std::string& message, const FailureClues& clues) {
  return failure_hint(outcome, find_error_message("", message), clues);
}

std::string hint(const std::string& message, const FailureClues& clues = some_job(), int code = 1) {
  return hint_of({.end = Exited{code}}, message, clues);
}

}  // namespace

TEST_CASE("a program without anything special gets no hint") {
  CHECK(hint("ValueError: bad shape") == "");
  CHECK(hint("") == "");
}

TEST_CASE("an option that is unknown is told to be a channel or a hyperparameter, whoever refuses it") {
  const std::string message = GENERATE(values<std::string>({
      "train.py: error: unrecognized arguments: FLAG 32",
      "train.py: error: unrecognized arguments: --of-its-own 1 FLAG 32",
      "Error: No such option: FLAG",
      "Error: No such option 'FLAG'.",
      "Error: no such option: FLAG  Did you mean --other?",
      "│ No such option: FLAG                                │",
      "FATAL Flags parsing error: Unknown command line flag 'NAME'. Did you mean: x ?",
      "ERROR: unknown command line flag 'NAME'",
      "ERROR: Could not consume arg: FLAG",
      "ValueError: Some specified arguments are not used by the HfArgumentParser: ['FLAG', '32']",
      "train: unrecognized option 'FLAG'",
      "getopt.GetoptError: option FLAG not recognized",
      "Error in getopt_long(...) : long flag \"NAME\" is invalid",
      "error: unexpected argument 'FLAG' found",
      "error: Found argument 'FLAG' which wasn't expected",
      "flag provided but not defined: -NAME",
      "Error: unknown flag: FLAG",
      "The following argument was not expected: FLAG",
      "unrecognised option 'FLAG'",
      "error: unknown option 'FLAG'",
  }));
  const auto with = [&](const std::string& name) {
    std::string text = message;
    for (const auto& [mark, word] :
         {std::pair{std::string("FLAG"), "--" + name}, {std::string("NAME"), name}})
      if (const auto at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), word);
    return "\nusage: x\n" + text + "\nbye";
  };
  CAPTURE(message);
  CHECK(hint(with("training")) ==
        "--training is the channel \"training\". Leave it out with --channel-args never "
        "(SM_TRAIN_CHANNEL_ARGS=never), as SM_CHANNEL_TRAINING holds its directory too; or declare the "
        "option in the "
        "program.");
  CHECK_THAT(
      hint(with("batch-size")),
      StartsWith(
          "\"batch-size\" is a hyperparameter of the job. Declare the option --batch-size in the program"));
  CHECK_THAT(hint(with("batch-size")), Contains("SM_HP_BATCH-SIZE"));
  CHECK(hint(with("of-its-own")) == "");
}

TEST_CASE("a value that is refused is told to be of a hyperparameter, and how it is passed can be changed") {
  struct Row {
    const char* message;
    const char* hint;
  };
  const auto row = GENERATE(values<Row>({
      {"t.py: error: argument -b/--batch-size: invalid int value: '3.5'",
       "\"batch-size\" is a hyperparameter"},
      {"Error: Invalid value for '--batch-size': '3.5' is not a valid integer.",
       "\"batch-size\" is a hyperparameter"},
      {"FATAL Flags parsing error: flag --batch-size=x: invalid literal",
       "\"batch-size\" is a hyperparameter"},
      {"t.py: error: argument --batch_size: invalid int value: '3.5'", "\"batch-size\" is a hyperparameter"},
      {"t.py: error: argument --amp: invalid int value: 'True'",
       "--bool-style flag (SM_TRAIN_BOOL_STYLE=flag)"},
      {"t.py: error: argument --amp: ignored explicit argument 'True'", "--bool-style flag"},
      {"t.py: error: unrecognized arguments: True", "--bool-style flag"},
      {"Error: Got unexpected extra argument (True)", "--bool-style flag"},
      {"t.py: error: argument --layers: invalid loads value: '[1, 'a']'",
       "--argument-style json (SM_TRAIN_ARGUMENT_STYLE=json)"},
      {"json.decoder.JSONDecodeError: Expecting value: line 1 column 5 (char 4)",
       "\"layers\" is passed as Python"},
      {"t.py: error: argument --sizes: invalid int value: '[64, 32]'", "\"sizes\" is passed as one argument"},
      {"t.py: error: argument --shift: invalid choice: -1.0 (choose from 1.0)", "Change its value there"},
      {"Error: Option '--shift' requires an argument.", "begins with \"-\""},
      {"t.py: error: argument --nothing: invalid int value: ''", "\"nothing\" is null"},
      {"t.py: error: argument --shift: expected one argument", "begins with \"-\""},
      {"t.py: error: argument --training: invalid int value: '/opt/ml/input/data/training'",
       "--channel-args never"},
  }));
  CAPTURE(row.message);
  CHECK_THAT(hint(row.message), Contains(row.hint));
}

TEST_CASE("a hyperparameter of one character is told to be passed by a short flag") {
  CHECK_THAT(
      hint("t.py: error: unrecognized arguments: -k 3"),
      StartsWith(
          "\"k\" is a hyperparameter of the job, passed as -k since its name is one character. Declare "
          "the option -k in the program"));
}

TEST_CASE("a program that reads other data as JSON gets no hint about its options") {
  CHECK(hint("json.decoder.JSONDecodeError: Expecting value: line 1 column 2 (char 1)") == "");
  CHECK(hint("json.decoder.JSONDecodeError: Extra data") == "");
}

TEST_CASE("what is set already is not advised") {
  FailureClues clues = some_job();
  clues.arguments = {.style = ArgumentStyle::json, .bool_style = BoolStyle::no_flag};
  CHECK_THAT(hint("error: argument --amp: expected one argument", clues), Contains("--bool-style value"));
  CHECK_THAT(hint("error: unrecognized arguments: --no-amp", clues), Contains("\"amp\" is a hyperparameter"));
  CHECK(hint("error: unrecognized arguments: True", clues) == "");
  CHECK(hint("json.decoder.JSONDecodeError: Expecting value (char 4)", clues) == "");
  CHECK_THAT(hint("error: argument --layers: invalid choice", clues), !Contains("--argument-style"));
}

TEST_CASE("a hyperparameter wins over a channel of its name") {
  FailureClues clues = some_job();
  clues.channels.emplace_back("batch-size");
  CHECK_THAT(hint("error: unrecognized arguments: --batch-size 1", clues), Contains("is a hyperparameter"));
}

TEST_CASE("a full disk is told by its volume") {
  FailureClues clues = some_job();
  clues.volumes = {{.directory = "/opt/ml/model", .size = 30 * gibibyte, .free = gibibyte},
                   {.directory = "/tmp", .size = 8 * gibibyte, .free = 4096},
                   {.directory = "/dev/shm", .size = gibibyte, .free = gibibyte}};
  SECTION("the one that the message names") {
    CHECK(hint("OSError: [Errno 28] No space left on device: '/opt/ml/model/a.pt'", clues) ==
          "The volume of /opt/ml/model has 1.0 GiB of 30.0 GiB free. Give the job a larger volume "
          "(VolumeSizeInGB), or "
          "let the program write less: keep fewer checkpoints, remove temporary files.");
  }
  SECTION("else the one that is full") {
    const auto message =
        GENERATE(as<std::string>(), "OSError: [Errno 28] No space left on device", "write: ENOSPC",
                 "Disk quota exceeded", "[enforce fail at inline_container.cc:424]");
    CHECK_THAT(hint(message, clues), StartsWith("The volume of /tmp has 4.0 KiB of 8.0 GiB free."));
  }
  SECTION("else none") {
    clues.volumes[1].free = gibibyte;
    CHECK_THAT(hint("No space left on device", clues), StartsWith("A volume was full"));
    CHECK(hint("ValueError: bad shape", clues) == "");
  }
  SECTION("one without inodes is full too") {
    clues.volumes = {{.directory = "/tmp", .size = gibibyte, .free = gibibyte, .has_inodes = false}};
    CHECK_THAT(hint("", clues), StartsWith("The volume of /tmp has no inodes left"));
  }
  SECTION("without any volume") {
    clues.volumes = {};
    CHECK_THAT(hint("No space left on device", clues), Contains("VolumeSizeInGB"));
  }
}

TEST_CASE("a full disk is told where that is the cause, and neither guessed nor taken from what was caught") {
  FailureClues clues = some_job();
  clues.volumes = {{.directory = "/opt/ml/model", .size = 30 * gibibyte, .free = 20 * gibibyte},
                   {.directory = "/dev/shm", .size = gibibyte, .free = gibibyte}};
  CHECK(hint("OSError: [Errno 28] No space left on device: '/mnt/scratch/x.bin'", clues) ==
        "A volume was full: give the job a larger one (VolumeSizeInGB), or let the program write less.");
  CHECK_THAT(hint("OSError: [Errno 28] No space left on device: '/dev/shm/x'", clues),
             StartsWith("Shared memory ran out (/dev/shm holds 1.0 GiB in all). Lower num_workers"));
  CHECK(hint("WARNING: cannot write the cache: [Errno 28] No space left on device\nKeyError: 'label'",
             clues) == "");
  CHECK(hint("Error: ENOSPC: System limit for number of file watchers reached, watch '/opt/ml/code'",
             clues) == "");
}

TEST_CASE("neither code nor warnings nor what the program got over give a hint") {
  const std::string code =
      "Traceback (most recent call last):\n  File \"t.py\", line 3, in f\n    assert \"CUDA out of memory\" "
      "in e\n";
  CHECK(hint(code + "ValueError: bad shape") == "");
  CHECK(hint("W] libnvinfer.so.7: cannot open shared object file\nno images found") == "");
  const std::string caught = code + "OutOfMemoryError: CUDA out of memory\n";
  CHECK_THAT(hint(caught + "bye"), StartsWith("The GPU's memory"));
  std::string went_on;
  for (int i = 0; i < 30; ++i) went_on += "epoch\n";
  CHECK(hint(caught + went_on + "FATAL: the loss is NaN") == "");
}

TEST_CASE("shared memory that ran out is told") {
  FailureClues clues;
  clues.volumes = {{.directory = "/dev/shm", .size = 64ULL << 20U, .free = 0}};
  for (const char* message :
       {"ERROR: Unexpected bus error encountered in worker. This might be caused by insufficient shared "
        "memory (shm).",
        "RuntimeError: DataLoader worker (pid 3) is killed by signal: Bus error. It is possible that "
        "dataloader's "
        "workers are out of shared memory.",
        "RuntimeError: unable to write to file </torch_12_34>: No space left on device (28)"})
    CHECK(hint(message, clues) ==
          "Shared memory ran out: the volume of /dev/shm has 0 B of 64.0 MiB free. Lower num_workers of "
          "PyTorch's "
          "DataLoader, or give the container more (docker run --shm-size).");
  CHECK_THAT(hint_of({.end = Killed{SIGBUS}}, "", clues), StartsWith("Shared memory ran out"));
  clues.volumes[0].free = 32ULL << 20U;
  CHECK(hint_of({.end = Killed{SIGBUS}}, "", clues) == "");
}

TEST_CASE(
    "memory that ran out is told as a fact where the kernel counted it, and as likely after a SIGKILL") {
  const std::string remedy = "Choose an instance type with more memory";
  CHECK_THAT(hint_of({.end = Killed{SIGKILL}, .out_of_memory = true}, "", {}), StartsWith(remedy));
  for (const Outcome& outcome : {Outcome{.end = Killed{SIGKILL}}, Outcome{.end = Exited{137}}}) {
    CHECK_THAT(hint_of(outcome, "", {}), Contains("likely"));
    CHECK_THAT(hint_of(outcome, "", {}), Contains(remedy));
  }
  for (const char* message :
       {"  traceback : Signal 9 (SIGKILL) received by PID 12", "process rank 0 exited on signal 9 (Killed).",
        "RuntimeError: DataLoader worker (pid 3) is killed by signal: Killed."})
    CHECK_THAT(hint(message), Contains("likely"));
  for (const char* message :
       {"\nMemoryError", "std::bad_alloc", "OSError: [Errno 12] Cannot allocate memory"})
    CHECK_THAT(hint(message), StartsWith(remedy));
  CHECK_THAT(hint("torch.cuda.OutOfMemoryError: CUDA out of memory. Tried"), StartsWith("The GPU's memory"));
}

TEST_CASE("a job that was stopped is told to be no fault of the program") {
  const Outcome stopped{.end = Exited{143}, .told_to_end = SIGTERM};
  CHECK_THAT(hint_of(stopped, "error: unrecognized arguments: --training", some_job()),
             StartsWith("The job was stopped by SIGTERM (StopTrainingJob, "));
  CHECK_THAT(hint_of(stopped, "", {}), Contains("not the program's own fault"));
  CHECK_THAT(hint_of(stopped, "", {}), !Contains("--grace-period"));
  CHECK_THAT(hint_of({.end = Killed{SIGKILL}, .told_to_end = SIGTERM}, "", {}), Contains("--grace-period"));
  CHECK(hint_of({.end = Exited{130}, .told_to_end = SIGINT}, "", {}) == "The job was stopped by SIGINT.");
}

TEST_CASE("the exit codes that a shell gives are explained") {
  CHECK_THAT(hint("sh: 1: /etc/passwd: Permission denied\nbye", {}, 126), Contains("chmod +x"));
  CHECK_THAT(hint("train.sh: line 1: x: command not found\nbye", {}, 127), Contains("PATH"));
  CHECK(hint("bad quality", {}, 126) == "");
  CHECK(hint("bad quality", {}, 127) == "");
  CHECK_THAT(
      hint("x: error while loading shared libraries: libx.so: cannot open shared object file", {}, 127),
      Contains("shared library"));
  CHECK(hint("x", {}, 139) ==
        "Exit code 139 is 128 + 11, which often means that SIGSEGV killed a process of the program.");
  CHECK(hint("x", {}, 128) == "");
  CHECK(hint("x", {}, 160) == "");
  CHECK(hint("x", {}, 255) == "");
}

TEST_CASE("a hint is one line of valid UTF-8, whatever a name holds") {
  FailureClues clues;
  const std::string name = "a\nb\xff\xed\xa0\x80" + std::string(1000, 'x');
  clues.hyperparameters = Dict({{name, List{"a"}}});
  clues.volumes = {{.directory = std::string(1000, '/') + "\n", .size = 1, .free = 0}};
  for (const std::string& text : {hint("json.decoder.JSONDecodeError: (char 1)", clues), hint("", clues)}) {
    CHECK_FALSE(text.empty());
    CHECK_FALSE(find_invalid_utf8(text));
    CHECK(characters_of(text) <= 400);
    CHECK(text.find('\n') == std::string::npos);
  }
}

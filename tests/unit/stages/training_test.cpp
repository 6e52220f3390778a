#include "sm_train/stages/training.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <stdexcept>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"
#include "support/child.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// A job whose program is a shell script that prints "trained".
struct MockJob {
  TempDir directory;
  Options options = {.paths = {.root = directory.path()}, .environment = {{"PATH", "/usr/bin:/bin"}}};

  MockJob() {
    put_file(options.paths.hyperparameters(),
             R"({"sagemaker_program": "train.sh", "api_token": "tok-1234567890"})");
    put_file(options.paths.code() / "train.sh", "#!/bin/sh\necho trained\n");
  }
  std::string failure() const { return content_of(options.paths.failure()); }
  bool has_success() const { return fs::exists(options.paths.success()); }
};

Child::End run(const MockJob& job, const TrainFn& train_fn) {
  Child child([&] {
    Signals signals;
    return Training::from_train_fn(train_fn).run(job.options, signals);
  });
  return child.finish();
}

}  // namespace

TEST_CASE("a framework's function may run the program, and what it gives is the job's end") {
  const MockJob job;
  const auto end = run(job, [](const UserModule& module, const Environment& environment) {
    REQUIRE(module.name == environment.module_name);
    module.run(module.command);
    return module.run(module.command);
  });
  CHECK(end.exit_code == 0);
  CHECK(end.out == "trained\ntrained\n");
  CHECK(job.has_success());
}

TEST_CASE("an end that a framework's function makes up is reported as a program's") {
  const MockJob job;
  const auto end_with = [&](int code) {
    return run(job, [&](auto&, auto&) { return Outcome{.end = Exited{code}}; }).exit_code;
  };
  CHECK(end_with(7) == 7);
  CHECK_THAT(job.failure(), Contains("ExitCode 7\nErrorMessage \"the framework's function gave no reason"));
  CHECK_THAT(job.failure(), !Contains("Command"));
  for (const int code : {-1, 256, 1000}) CHECK(end_with(code) == 255);
  CHECK_THAT(job.failure(), Contains("ExitCode 255"));
}

TEST_CASE("a framework's function is called also where a variable names one in Python") {
  MockJob job;
  job.options.environment["SAGEMAKER_TRAINING_MODULE"] = "my_framework:main";
  const auto end = run(job, [](const UserModule& module, auto&) { return module.run(module.command); });
  CHECK(end.out == "trained\n");
  CHECK(job.has_success());
}

TEST_CASE("what a program says of itself stays, also where the framework's function then throws") {
  const MockJob job;
  put_file(job.options.paths.code() / "train.sh", "echo 'disk full' >\"$SM_OUTPUT_FAILURE\"; exit 3\n");
  const auto end = run(job, [](const UserModule& module, auto&) -> Outcome {
    module.run(module.command);
    throw Error({.cause = Cause::bad_data, .what = "There is no model.", .remedy = ""});
  });
  CHECK(end.exit_code == 65);
  CHECK(job.failure() == "disk full\n");
}

TEST_CASE("after the end was asked for a framework's function starts nothing more") {
  const MockJob job;
  put_file(job.options.paths.code() / "train.sh",
           "trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done\n");
  Child child([&] {
    Signals signals;
    const auto train_fn = [](const UserModule& module, const Environment&) {
      module.run(module.command);
      return module.run({.argv = {"/bin/echo", "once more"}, .env = {}, .cwd = {}});
    };
    return Training::from_train_fn(train_fn).run(job.options, signals);
  });
  child.wait_for("ready");
  child.send(SIGTERM);
  const auto end = child.finish();
  CHECK(end.exit_code == 143);
  CHECK_THAT(end.out, !Contains("once more"));
  CHECK_THAT(job.failure(), Contains("SIGTERM while the framework's function ran"));
}

TEST_CASE("a setting that cannot be is reported as sm-train reports it") {
  const MockJob job;
  Child child([&] {
    ::setenv("SM_TRAIN_BASE_PATH", job.options.paths.root.c_str(), 1);
    ::setenv("SM_TRAIN_GRACE_PERIOD", "soon", 1);
    return Training::from_train_fn([](auto&, auto&) { return Outcome{}; }).run();
  });
  CHECK(child.finish().exit_code == 64);
  CHECK_THAT(job.failure(), Contains("SM_TRAIN_GRACE_PERIOD is \"soon\""));
}

TEST_CASE("the log level of one job is not that of the next") {
  MockJob job;
  Child child([&] {
    Signals signals;
    const Training training = Training::from_train_fn([](auto&, auto&) { return Outcome{}; });
    job.options.log_level = "ERROR";
    training.run(job.options, signals);
    job.options.log_level.reset();
    return training.run(job.options, signals);
  });
  CHECK_THAT(child.finish().err, Contains("resourceconfig.json is missing"));
}

TEST_CASE("what a framework's function throws is the failure") {
  const MockJob job;
  SECTION("an exception") {
    CHECK(run(job, [](auto&, auto&) -> Outcome { throw std::runtime_error("no data"); }).exit_code == 1);
    CHECK_THAT(job.failure(), Contains("ErrorMessage \"no data\""));
  }
  SECTION("anything else") {
    CHECK(run(job, [](auto&, auto&) -> Outcome { throw 3; }).exit_code == 1);
    CHECK_THAT(job.failure(), Contains("no std::exception"));
  }
  SECTION("an Error, which has an exit code of its own") {
    const auto fail = [](auto&, auto&) -> Outcome {
      throw Error({.cause = Cause::bad_data, .what = "Torn: tok-1234567890.", .remedy = "Send it again."});
    };
    CHECK(run(job, fail).exit_code == 65);
    CHECK(job.failure() == "Torn: ******.\nSend it again.");
  }
  CHECK_FALSE(job.has_success());
}

TEST_CASE("a framework's function that computes by itself learns that the job is to end") {
  const MockJob job;
  Child child([&] {
    Signals signals;
    return Training::from_train_fn([](const UserModule& module, const Environment&) -> Outcome {
             std::puts("computing");
             std::fflush(stdout);
             pollfd signal = {.fd = module.interrupt.fd, .events = POLLIN, .revents = 0};
             while (true) {
               ::poll(&signal, 1, -1);
               module.interrupt.check();
             }
           })
        .run(job.options, signals);
  });
  child.wait_for("computing");
  child.send(SIGTERM);
  CHECK(child.finish().exit_code == 143);
  CHECK_THAT(job.failure(), Contains("SIGTERM while the framework's function ran"));
}

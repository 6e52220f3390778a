#include "sm_train/stages/training.hpp"

#include <csignal>
#include <cstdio>
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
    put_file(options.paths.hyperparameters(), R"({"sagemaker_program": "train.sh"})");
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
  CHECK(run(job, [](auto&, auto&) { return Outcome{.end = Exited{7}}; }).exit_code == 7);
  CHECK_THAT(job.failure(), Contains("ExitCode 7"));
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
      throw Error({.cause = Cause::bad_data, .what = "The data are torn.", .remedy = "Send them again."});
    };
    CHECK(run(job, fail).exit_code == 65);
    CHECK_THAT(job.failure(), Contains("The data are torn.") && Contains("Send them again."));
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

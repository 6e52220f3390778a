#include "sm_train/stages/package_index.hpp"

#include <filesystem>
#include <vector>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using test::write_in;
namespace fs = std::filesystem;

namespace {

const std::string url = "https://d-1.d.codeartifact.eu-west-1.amazonaws.com/pypi/repo/simple/";

EnvVars job_env(EnvVars more = {}) {
  more.insert({{"CA_REPOSITORY_ARN", "arn:aws:codeartifact:eu-west-1:123456789012:repository/domain/repo"},
               {"AWS_ACCESS_KEY_ID", "AKID"},
               {"AWS_SECRET_ACCESS_KEY", "secret"}});
  return more;
}

HttpResponse answer(const HttpRequest& request, const Interrupt&) {
  if (request.method == "POST")
    return {.status = 200, .headers = {}, .body = R"({"authorizationToken": "t0ken"})"};
  return {
      .status = 200,
      .headers = {},
      .body = R"({"repositoryEndpoint": "https://d-1.d.codeartifact.eu-west-1.amazonaws.com/pypi/repo/"})"};
}

}  // namespace

TEST_CASE("without CA_REPOSITORY_ARN nothing is asked and nothing changes") {
  const auto env = GENERATE(EnvVars{}, EnvVars{{"CA_REPOSITORY_ARN", ""}});
  bool asked = false;
  const auto index = find_package_index(env, temporary_directory(), {},
                                        [&](const HttpRequest& request, const Interrupt& interrupt) {
                                          asked = true;
                                          return answer(request, interrupt);
                                        });
  CHECK(index.env.empty());
  CHECK_FALSE(asked);
}

TEST_CASE("pip and uv get the repository's URL, and its token in a private file that goes with the index") {
  fs::path file;
  {
    const auto index = find_package_index(job_env(), temporary_directory(), {}, answer);
    for (const auto* name : {"PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"})
      CHECK(index.env.at(name) == url);
    CHECK(index.env.at("CODEARTIFACT_AUTH_TOKEN") == "t0ken");
    file = index.env.at("NETRC");
    CHECK(read_file(file) == "machine d-1.d.codeartifact.eu-west-1.amazonaws.com login aws password t0ken\n");
    CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  }
  CHECK_FALSE(fs::exists(file.parent_path()));
}

TEST_CASE("what the user's own netrc file holds stays in force") {
  const TempDir home;
  write_in(home, ".netrc", "machine a.example login b password c\nmacdef m\nquit");
  const auto named = write_in(home, "named", "machine named login b password c");
  const auto netrc_of = [](const EnvVars& env) {
    const auto index = find_package_index(job_env(env), temporary_directory(), {}, answer);
    return read_file(index.env.at("NETRC"));
  };
  CHECK(netrc_of({{"HOME", home.path()}}) ==
        "machine a.example login b password c\nmacdef m\nquit\n\n"
        "machine d-1.d.codeartifact.eu-west-1.amazonaws.com login aws password t0ken\n");
  CHECK(netrc_of({{"HOME", home.path()}, {"NETRC", named}}).starts_with("machine named "));
  CHECK(netrc_of({{"HOME", home.path()}, {"NETRC", "/nonexistent"}}).starts_with("machine d-1."));
}

TEST_CASE("the index takes the place of the image's own, and further indexes stay") {
  PackageIndex index;
  index.env = {{"PIP_INDEX_URL", url}};
  const auto steps = with_index({{.what = "requirements.txt",
                                  .command = {.argv = {"pip"},
                                              .env = {{"PIP_INDEX_URL", "x"}, {"PIP_EXTRA_INDEX_URL", "y"}},
                                              .cwd = {}}}},
                                index);
  CHECK(steps.at(0).command.env == EnvVars{{"PIP_INDEX_URL", url}, {"PIP_EXTRA_INDEX_URL", "y"}});
}

#include "sm_train/stages/requirements.hpp"

#include <filesystem>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using Catch::Matchers::Contains;
using test::write_in;

namespace {

std::string found_in(const TempDir& directory, const std::string& chosen = "") {
  CodeLayout code = {.directory = directory.path()};
  for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
    code.entries.push_back(entry.path().filename().native() + (entry.is_directory() ? "/" : ""));
  return find_requirements(chosen, code);
}

}  // namespace

TEST_CASE("the requirements are those that are chosen, else requirements.txt, else none") {
  const TempDir directory;
  CHECK(found_in(directory).empty());
  write_in(directory, "requirements.txt", "numpy\n");
  CHECK(found_in(directory) == "requirements.txt");
  write_in(directory, "more/gpu.txt", "numpy\n");
  CHECK(found_in(directory, "more/gpu.txt") == "more/gpu.txt");
  const std::string absolute = directory.path() / "more/gpu.txt";
  CHECK(found_in(directory, absolute) == absolute);
  CHECK_THROWS_WITH(found_in(directory, "cpu.txt"),
                    Contains("cpu.txt is not there") && Contains("--requirements"));
}

TEST_CASE("requirements that are a directory are refused, and not passed over") {
  const TempDir directory;
  std::filesystem::create_directory(directory.path() / "requirements.txt");
  CHECK_THROWS_WITH(found_in(directory), Contains("requirements.txt is a directory"));
  CHECK_THROWS_WITH(found_in(directory, "/dev/null"), Contains("/dev/null is no regular file"));
}

TEST_CASE("requirements that are no text are refused with the place, whatever their coding") {
  const TempDir directory;
  const auto found = [&](const std::string& bytes) {
    write_in(directory, "requirements.txt", bytes);
    return found_in(directory);
  };
  CHECK_THROWS_WITH(found({'a', '\n', '\0'}), Contains("no text: the byte at 2"));
  CHECK_THROWS_WITH(found("numpy\n\xff"), Contains("no text: the byte at 6"));
  CHECK_THROWS_WITH(found("\x1f\x8b\x08"), Contains("no text: the byte at 1"));
  CHECK_NOTHROW(found("n\xc3\xbcmpy # \xe2\x82\xac\n"));
  CHECK_NOTHROW(found("# -*- coding: latin-1 -*-\n# \xff\n"));
  CHECK_NOTHROW(found({'\xff', '\xfe', 'a', '\0'}));
}

#include "sm_train/contract/env_text.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"

using namespace sm_train;

namespace {

std::string as_dotenv(const std::string& value) {
  return env_text({{"A", value}}, EnvFormat::dotenv);
}

}  // namespace

TEST_CASE("a shell gets an export of each variable, whose value means nothing but itself") {
  CHECK(env_text({{"B", "it's $(x) `y` \\ \"z\"\n!"}, {"A", ""}}, EnvFormat::shell) ==
        "export A=''\nexport B='it'\\''s $(x) `y` \\ \"z\"\n!'\n");
  CHECK(env_text({{"A", "\x81\xff"}}, EnvFormat::shell) == "export A='\x81\xff'\n");
}

TEST_CASE("a name that no shell can read is left out for a shell, and cannot smuggle anything in") {
  const EnvVars variables = {{"SM_HP_A-B", "1"}, {"SM_HP_A_B", "1"}, {"9", "1"},       {"", "1"},
                             {"A\nrm -rf", "1"}, {"$(x)", "1"},      {"\xc3\x84", "1"}};
  CHECK(env_text(variables, EnvFormat::shell) == "export SM_HP_A_B='1'\n");
  CHECK(env_text(variables, EnvFormat::dotenv) == "SM_HP_A_B=1\n");
}

TEST_CASE("JSON has every name and value, with a lone surrogate for a byte that is no UTF-8") {
  CHECK(env_text({{"SM_HP_A-B", "\"\n"}, {"B", "\xff\xc3\xa9"}}, EnvFormat::json) ==
        "{\"B\": \"\\udcff\\u00e9\", \"SM_HP_A-B\": \"\\\"\\n\"}\n");
  CHECK(env_text({}, EnvFormat::json) == "{}\n");
}

TEST_CASE("a value stands bare in a .env file where it means itself to all readers") {
  CHECK(as_dotenv("") == "A=\n");
  CHECK(as_dotenv("/opt/ml/code") == "A=/opt/ml/code\n");
  CHECK(as_dotenv("{\"a\":[1,'x']}") == "A={\"a\":[1,'x']}\n");
  CHECK(as_dotenv("C:\\a\\") == "A=C:\\a\\\n");
}

TEST_CASE("a value that is not plain stands in single quotes in a .env file") {
  CHECK(as_dotenv(" a") == "A=' a'\n");
  CHECK(as_dotenv("a ") == "A='a '\n");
  CHECK(as_dotenv("a\nb") == "A='a\nb'\n");
  CHECK(as_dotenv("a #b") == "A='a #b'\n");
  CHECK(as_dotenv("$a") == "A='$a'\n");
  CHECK(as_dotenv("\"a\"") == "A='\"a\"'\n");
  CHECK(as_dotenv("`a`") == "A='`a`'\n");
  CHECK(as_dotenv("\xc3\xa9\\n") == "A='\xc3\xa9\\n'\n");
}

TEST_CASE("a value that readers take apart in single quotes stands in double ones in a .env file") {
  CHECK(as_dotenv("'a'") == "A=\"'a'\"\n");
  CHECK(as_dotenv("#'\"\\n") == "A=\"#'\\\"\\\\n\"\n");
  CHECK(as_dotenv("#\\\\d") == "A=\"#\\\\\\\\d\"\n");
  CHECK(as_dotenv("a\r\n") == "A=\"a\\r\n\"\n");
}

TEST_CASE("a value that no reader of .env files takes is an error that names its variable") {
  for (const char* value : {"#\\", "a\nb\\", "\xff"}) {
    try {
      as_dotenv(value);
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.failure().cause == Cause::bad_config);
      CHECK_THAT(error.failure().what, Catch::StartsWith("The variable A "));
    }
  }
}

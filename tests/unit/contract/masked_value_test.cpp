#include "sm_train/contract/masked_value.hpp"

#include "catch.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/system/json.hpp"

using namespace sm_train;

namespace {

std::string shown(const std::string& json, const Secrets& secrets = {}, std::string_view name = {}) {
  return python_json(masked(parse_json(json, "the test's"), secrets, name));
}

}  // namespace

TEST_CASE("what is given to a secret name in an object is masked, and all else stays") {
  CHECK(shown(R"({"api_key":"s3c","lr":0.1,"n":null,"title":"a \"b\""})") ==
        R"({"api_key":"******","lr":0.1,"n":null,"title":"a \"b\""})");
  CHECK(shown(R"({"a":{"db_password":123456}})") == R"({"a":{"db_password":"******"}})");
  CHECK(shown(R"({"max_tokens":512,"use_auth":true})") == R"({"max_tokens":512,"use_auth":true})");
}

TEST_CASE("all that stands below a secret name is masked") {
  CHECK(shown(R"({"credentials":{"user":"me","more":["x",{"y":"z"}]}})") ==
        R"({"credentials":{"more":["******",{"y":"******"}],"user":"******"}})");
  CHECK(shown(R"(["a","b"])", {}, "SM_HP_API_KEYS") == R"(["******","******"])");
}

TEST_CASE("in a list of arguments the word behind a secret flag is masked") {
  CHECK(shown(R"(["--api_key","s3c","--lr","0.1","--x=1","password=hush"])") ==
        R"(["--api_key","******","--lr","0.1","--x=1","password=******"])");
  CHECK(shown(R"(["--api_key",1,"s3c"])") == R"(["--api_key",1,"s3c"])");
}

TEST_CASE("known secrets and the userinfo of URLs are masked in every text, keys too") {
  const Secrets secrets(EnvVars{{"DB_PASSWORD", "hunter2hunter2"}});
  CHECK(shown(R"({"hunter2hunter2":["https://u:p@host/","is hunter2hunter2"]})", secrets) ==
        R"({"******":["https://******@host/","is ******"]})");
}

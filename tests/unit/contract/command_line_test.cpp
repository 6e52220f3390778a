#include "sm_train/contract/command_line.hpp"

#include "catch.hpp"

using namespace sm_train;

namespace {

std::string line(std::vector<std::string> argv) {
  return command_line({.argv = std::move(argv), .env = {}, .cwd = {}});
}

}  // namespace

TEST_CASE("a command line is quoted where a shell would need it") {
  CHECK(line({"python3", "train.py", "--lr", "0.1"}) == "python3 train.py --lr 0.1");
  CHECK(line({"./run it", "", "$(id)", "it's"}) == R"('./run it' '' '$(id)' 'it'\''s')");
}

TEST_CASE("a command line stays one line") {
  CHECK(line({"a", "x\ny\t\x01'\\"}) == R"(a $'x\ny\t\x01\'\\')");
}

TEST_CASE("the values of secret flags are masked in a command line") {
  CHECK(line({"p", "--api_key", "s3cr3t", "--lr", "1"}) == "p --api_key ****** --lr 1");
  CHECK(line({"p", "--HF_Token", "s", "--db-password=s", "--client_secret", "s"}) ==
        "p --HF_Token ****** --db-password=****** --client_secret ******");
  CHECK(line({"monkey", "x"}) == "monkey x");
}

TEST_CASE("numbers and booleans are shown behind flags that speak of a key or a token alone") {
  const std::string shown =
      "p --max_tokens 512 --num_key_value_heads 8 --use_auth_token True --author bob heads_key=8,a=1";
  CHECK(line({"p", "--max_tokens", "512", "--num_key_value_heads", "8", "--use_auth_token", "True",
              "--author", "bob", "heads_key=8,a=1"}) == shown);
  CHECK(line({"p", "--pin_password", "1234", "--api_key", "123456789"}) ==
        "p --pin_password ****** --api_key ******");
  CHECK(line({"p", "max_tokens=5,api_key=x1"}) == "p max_tokens=5,api_key=******");
}

TEST_CASE("a secret is masked behind a secret flag that has no value") {
  CHECK(line({"p", "--use_auth_token", "--password", "s3cr3t", "x"}) == "p --use_auth_token ****** ****** x");
}

TEST_CASE("a word that gives a value to a secret name is masked from there on") {
  CHECK(line({"p", "API_KEY=s3cr3t", "trainer.hf_token=s3cr3t", "lr=1"}) ==
        "p API_KEY=****** trainer.hf_token=****** lr=1");
  CHECK(line({"p", "--options", "lr=1,api_key=s3,cr3t"}) == "p --options lr=1,api_key=******");
  CHECK(line({"p", R"({"a":1,"api_key":"s3cr3t"})"}) == R"(p '{"a":1,"api_key":'******)");
  CHECK(line({"p", "{'api_key': 's3cr3t'}"}) == R"(p '{'\''api_key'\'':'******)");
  CHECK(line({"p", R"({"api_key_id":1, "keys": [1]})", "key:1"}) ==
        R"(p '{"api_key_id":1, "keys":'****** key:1)");
  CHECK(line({"p", "a=b=c", "monkey", "x==y"}) == "p a=b=c monkey x==y");
}

TEST_CASE("the secrets of the process are masked in a command line before it is quoted") {
  const Secrets secrets(EnvVars{{"DB_PASSWORD", "it's a secret"}});
  CHECK(command_line({.argv = {"p", "--dsn", "it's a secret", "https://u:p@host/"}, .env = {}, .cwd = {}},
                     secrets) == "p --dsn '******' 'https://******@host/'");
}

TEST_CASE("variables are shown with their secrets masked, those in JSON too") {
  const EnvVars variables = {{"A", "it's"},
                             {"HOME", "/root"},
                             {"HF_TOKEN", "s3cr3t"},
                             {"SM_HPS", R"({"hf_token":"s\"3","lr":1})"},
                             {"SM_USER_ARGS", R"(["--hf_token","s3cr3t"])"},
                             {"URL", "https://u:p@host/"}};
  CHECK(shown_variables(variables, {}) ==
        std::vector<std::string>{R"(A='it'\''s')", "HF_TOKEN=******", "HOME=/root",
                                 R"(SM_HPS='{"hf_token":'******)", "URL='https://******@host/'"});
}

TEST_CASE("a word of a command is masked the same way, and a program reads its own spelling") {
  const Secrets secrets(EnvVars{{"DB_PASSWORD", "it's a secret"}});
  CHECK(shown_word("p", "a b", secrets) == "a b");
  CHECK(shown_shell_word("p", "a b", secrets) == "'a b'");
  CHECK(shown_word("", "x\ny", secrets) == "x\ny");
  CHECK(shown_word("--api_key", "s3cr3t", secrets) == "******");
  CHECK(shown_word("--api_key=", "s3cr3t", secrets) == "s3cr3t");
  CHECK(shown_word("api_key", "s3cr3t", secrets) == "s3cr3t");
  CHECK(shown_word("p", "it's a secret", secrets) == "******");
  CHECK(shown_word("p", "lr=1,api_key=s3cr3t", secrets) == "lr=1,api_key=******");
}

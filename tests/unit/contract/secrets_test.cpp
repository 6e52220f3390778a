#include "sm_train/contract/secrets.hpp"

#include "catch.hpp"
#include "sm_train/contract/secret_pairs.hpp"
#include "sm_train/contract/unicode.hpp"

using namespace sm_train;

namespace {

std::string masked(const EnvVars& environment, const std::string& text) {
  return Secrets(environment).masked(text);
}

}  // namespace

TEST_CASE("a name tells of a secret in any case") {
  for (const char* name : {"AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "--db-password", "api_key", "apiKey",
                           "PGPASSWD", "DB_PWD", "--authorization", "google_credentials", "ssh_passphrase",
                           "bearer", "pwd", "TOKENIZER_TOKEN", "AUTHOR_TOKEN"})
    CHECK(is_secret_name(name));
  for (const char* name :
       {"lr", "--epochs", "tokenizer_name", "TOKENIZERS_PARALLELISM", "num-keypoints", "keyword", "PATH",
        "PWD", "OLDPWD", "", "GIT_AUTHOR_NAME", "KEYSPACE", "keyboard", "monkey"})
    CHECK_FALSE(is_secret_name(name));
}

TEST_CASE("the credentials of AWS are masked wherever they stand") {
  const std::string key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  for (const char* name : {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
                           "AWS_CONTAINER_AUTHORIZATION_TOKEN"}) {
    CHECK(masked({{name, key}}, "k='" + key + "' " + key) == "k='******' ******");
    CHECK(masked({{name, "sesame"}}, "open sesame") == "open ******");
    CHECK(masked({{name, "test"}}, "a test") == "a test");
    CHECK(masked({{name, ""}}, "a test") == "a test");
  }
}

TEST_CASE("of other variables the values are masked that are like a credential") {
  struct Row {
    const char* name;
    const char* value;
    bool is_masked;
  };
  const auto row = GENERATE(
      Row{"MY_API_KEY", "correct-horse", true}, Row{"MY_API_KEY", "correct-hors", true},
      Row{"MY_API_KEY", "correct-hor", false}, Row{"my_password", "correct horse battery", true},
      Row{"SSH_AUTH_SOCK", "/run/user/0/agent.sock", false}, Row{"DB_PASSWORD", "/Abc123+xyz987QQ==", true},
      Row{"DB_PASSWORD", "/Abc123xyz987QQ", true}, Row{"DB_PASSWORD", "/Abc/123xyz987QQ=", true},
      Row{"GIT_AUTHOR_NAME", "research-team-one", false}, Row{"KEYSPACE", "production_main", false},
      Row{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.2/v2/x", false},
      Row{"TOKENIZER", "bert-base-uncased", false}, Row{"MODEL", "bert-base-uncased", false},
      Row{"SM_HP_LABEL_KEY", "target_column_name", false}, Row{"SM_HP_HF_TOKEN", "hf_abcdefgh1234", true},
      Row{"SM_HP_DB_PASSWORD", "correct-horse", true});
  CAPTURE(row.name, row.value);
  const std::string text = std::string("<") + row.value + ">";
  CHECK(masked({{row.name, row.value}}, text) == (row.is_masked ? "<******>" : text));
}

TEST_CASE("a secret is masked as Python's repr and JSON spell it, too") {
  const EnvVars environment = {{"A_PASSWORD", "it's\\a\"secret\""},
                               {"B_PASSWORD", "p\u00e4ssw\u00f6rd-geheim"}};
  CHECK(masked(environment, R"({'pw': 'it\'s\\a"secret"'} {"pw": "it's\\a\"secret\""})") ==
        "{'pw': '******'} {\"pw\": \"******\"}");
  CHECK(masked(environment, R"({"pw": "p\u00e4ssw\u00f6rd-geheim"})") == R"({"pw": "******"})");
  CHECK(masked({{"C_PASSWORD", "g\u00e4\"heim-geheim"}}, "{\"pw\": \"g\u00e4\\\"heim-geheim\"}") ==
        R"({"pw": "******"})");
  CHECK(masked({{"SSH_KEY", "-----BEGIN-----\nMIIEvQIBADAN\n"}}, R"('-----BEGIN-----\nMIIEvQIBADAN\n')") ==
        "'******'");
}

TEST_CASE("the secrets among the hyperparameters are masked, also short and nested ones") {
  using Items = std::vector<Dict::Item>;
  const Dict db(Items{{"user", "administrator"}, {"password", "s3cr3t"}});
  const Dict credentials(Items{{"user", "me-myself"}});
  const Secrets secrets({}, Dict(Items{{"db_password", "hunter2"},
                                       {"pin_password", "123"},
                                       {"api-key", "abc123"},
                                       {"label_key", "target"},
                                       {"db", db},
                                       {"credentials", credentials},
                                       {"tokens", List{"t0k3n-1", 123456, "plain-text"}},
                                       {"password_file", "/run/secrets/db"}}));
  CHECK(secrets.masked("hunter2 abc123 s3cr3t me-myself t0k3n-1") == "****** ****** ****** ****** ******");
  const std::string harmless = "123 target administrator 123456 plain-text /run/secrets/db";
  CHECK(secrets.masked(harmless) == harmless);
}

TEST_CASE("what a line gives to a secret name is masked") {
  struct Row {
    const char* line;
    const char* masked;
  };
  const auto row = GENERATE(values<Row>({
      {"error: unrecognized arguments: --db_password hunter2 --lr 0.1",
       "error: unrecognized arguments: --db_password ****** --lr 0.1"},
      {"unrecognized: --db password=s3cr3t,user=me --lr 1", "unrecognized: --db password=****** --lr 1"},
      {R"(bad config {"password": "s3 \"cr3t", "lr": 1})", R"(bad config {"password": "******", "lr": 1})"},
      {"bad {'db': {'api_key': 's3 cr3t'}}", "bad {'db': {'api_key': '******'}}"},
      {R"("{\"token\": \"s3 cr3t\", \"lr\": 1}")", R"("{\"token\": \"******\", \"lr\": 1}")"},
      {"connect(password='s3cr3t', port=1)", "connect(password='******', port=1)"},
      {"password='s3cr3t", "password='******"},
      {"    f(max_tokens=512, key=None)", "    f(max_tokens=512, key=None)"},
      {"unrecognized: --use_auth_token --lr 1", "unrecognized: --use_auth_token --lr 1"},
      {"error: argument --api-key: invalid int value", "error: argument --api-key: invalid int value"},
      {"usage: t.py [--api-key API_KEY] --password", "usage: t.py [--api-key API_KEY] --password"},
      {"KeyError: 'token' = ", "KeyError: 'token' = "},
  }));
  CHECK(with_masked_pairs(row.line) == row.masked);
}

TEST_CASE("of two secrets the longer one is masked where one is part of the other") {
  CHECK(masked({{"A_TOKEN", "abcdefghijkl"}, {"B_TOKEN", "abcdefghijklmnop"}},
               "abcdefghijklmnop abcdefghijkl") == "****** ******");
}

TEST_CASE("each line of a private key is masked, and its frame is not") {
  const EnvVars environment = {
      {"SSH_KEY",
       "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\r\nAAAA\n-----END PRIVATE "
       "KEY-----\n"}};
  CHECK(masked(environment, "hkiG9w0BAQEFAASC") == "******");
  CHECK(masked(environment, "| MIIEvQIBADANBgkq |\n| AAAA |") == "| ****** |\n| AAAA |");
  CHECK(masked(environment, "-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----");
}

TEST_CASE("the userinfo of a URL is masked") {
  const Secrets none;
  CHECK(none.masked("clone https://user:pass@host/x?a=b@c, https://t0k3n@host") ==
        "clone https://******@host/x?a=b@c, https://******@host");
  CHECK(none.masked("postgres://u:p@ss@db:5432/x") == "postgres://******@db:5432/x");
  CHECK(none.masked("https://host/a@b s3://bucket/key@1 user@host :// ://@ https://") ==
        "https://host/a@b s3://bucket/key@1 user@host :// ://@ https://");
}

TEST_CASE("what makes a presigned URL one is masked") {
  CHECK(Secrets().masked(
            "GET https://b.s3/k?X-Amz-Date=1&X-Amz-Security-Token=IQ%2F&X-Amz-Signature=0a1b failed") ==
        "GET https://b.s3/k?X-Amz-Date=1&X-Amz-Security-Token=******&X-Amz-Signature=****** failed");
}

TEST_CASE("masking keeps UTF-8 valid") {
  const EnvVars environment = {{"A_KEY", "pässwörd-ünï"}, {"B_KEY", "\xa4sswxrd-unixx"}};
  const std::string text = masked(environment, "€pässwörd-ünï€ \xc3\xa4sswxrd-unixx");
  CHECK(text == "€******€ \xc3\xa4sswxrd-unixx");
  CHECK_FALSE(find_invalid_utf8(text));
}

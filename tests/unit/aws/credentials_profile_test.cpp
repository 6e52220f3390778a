#include "aws/credential_support.hpp"
#include "sm_train/aws/credentials.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

FoundCredentials credentials_of(const Profile& profile) {
  auto sources = sources_of({});
  sources.profile = profile;
  return profile_credentials(sources, {});
}

// The default profile, or the one that is named, of a config file with this text.
CredentialSources sources_with(const TempDir& directory, const std::string& config, EnvVars env = {}) {
  env["AWS_CONFIG_FILE"] = write(directory, "config", config);
  env["AWS_SHARED_CREDENTIALS_FILE"] = directory.path() / "none";
  auto sources = sources_of(std::move(env));
  sources.profile = load_profile(sources.env);
  return sources;
}

// Answers as STS does, with the name of the role that is asked for as the access key ID.
void answer_as_sts(const ReceivedRequest& request, Connection& c) {
  const auto start = request.body.find("role%2F") + 7;
  c.send(http_answer(200, sts_answer(request.body.substr(start, request.body.find('&', start) - start))));
}

bool is_signed_by(const std::string& access_key_id, const ReceivedRequest& request) {
  return contains(request.headers.at("authorization"), "Credential=" + access_key_id + "/");
}

}  // namespace

TEST_CASE("a profile's keys in the credentials file win over those in the config file") {
  const TempDir dir;
  const EnvVars env = {
      {"AWS_PROFILE", "dev"},
      {"AWS_CONFIG_FILE",
       write(dir, "config",
             "# comment\n[default]\nregion = us-west-1\n\n[profile dev]\nRegion=eu-west-1\n"
             "aws_access_key_id = from-config\ns3 =\n  region = nested\n[profile other]\nregion = x\n")},
      {"AWS_SHARED_CREDENTIALS_FILE",
       write(dir, "credentials",
             "[default]\naws_access_key_id=no\n[dev]\naws_access_key_id = from-credentials\r\n"
             "aws_secret_access_key = a=b#c\naws_session_token = t\n")}};
  const auto profile = load_profile(env);
  CHECK(profile.setting("region") == "eu-west-1");
  const auto credentials = given(credentials_of(profile));
  CHECK(credentials.access_key_id == "from-credentials");
  CHECK(credentials.secret_access_key == "a=b#c");
  CHECK(credentials.session_token == "t");
}

TEST_CASE("a profile's services section, and what is indented, are kept by their nested names") {
  const TempDir dir;
  const auto profile = load_profile(
      {{"AWS_CONFIG_FILE",
        write(dir, "config",
              "[default]\nservices = local\ns3 =\n  max_bandwidth = 1\nregion = r\n"
              "[services other]\ns3 =\n  endpoint_url = http://no\n"
              "[services local]\ns3 = \n  Endpoint_URL = http://s3\nsts =\n\tendpoint_url = http://sts\n")}});
  CHECK(profile.setting("s3.max_bandwidth") == "1");
  CHECK(profile.setting("region") == "r");
  CHECK(profile.service_setting("s3.endpoint_url") == "http://s3");
  CHECK(profile.service_setting("sts.endpoint_url") == "http://sts");
}

TEST_CASE("without AWS_PROFILE the default profile of ~/.aws is taken") {
  const TempDir home;
  std::filesystem::create_directory(home.path() / ".aws");
  write(home, ".aws/credentials", "[default]\naws_access_key_id = id\naws_secret_access_key = secret\n");
  CHECK(given(credentials_of(load_profile({{"HOME", home.path().string()}}))).access_key_id == "id");
}

TEST_CASE("no files and no profile is no error, and the reason names the files") {
  const auto profile = load_profile({{"HOME", "/nonexistent"}});
  CHECK(reason(credentials_of(profile)) ==
        "no profile \"default\" in /nonexistent/.aws/credentials or /nonexistent/.aws/config");
}

TEST_CASE("without HOME no file of the working directory is taken for the user's") {
  CHECK(load_profile({}).credentials_file == "~/.aws/credentials");
}

TEST_CASE("a profile that AWS_PROFILE names and no file holds is an error") {
  const auto failure = failure_in([] { load_profile({{"HOME", "/nonexistent"}, {"AWS_PROFILE", "prod"}}); });
  CHECK(failure.cause == Cause::bad_config);
  CHECK(contains(failure.what, "\"prod\""));
}

TEST_CASE("a line of the shared files that cannot be read is named by its number, and not quoted") {
  const TempDir dir;
  const auto file = write(dir, "credentials", "[default]\naws_secret_access_key: hidden\n");
  const auto failure = failure_in([&] { load_profile({{"AWS_SHARED_CREDENTIALS_FILE", file}}); });
  CHECK(failure.cause == Cause::bad_config);
  CHECK(contains(failure.what, file + ", line 2"));
  CHECK_FALSE(contains(failure.what, "hidden"));
}

TEST_CASE("static keys beside a credential_process are taken, as the SDKs do") {
  const Profile profile = {
      .name = "p",
      .found = true,
      .settings = {{"credential_process", "x"}, {"aws_access_key_id", "id"}, {"aws_secret_access_key", "s"}}};
  CHECK(given(credentials_of(profile)).access_key_id == "id");
}

TEST_CASE("a role is assumed with the keys of the source profile, by a request that they sign") {
  TcpServer sts(answer_as_sts);
  const TempDir dir;
  const auto sources = sources_with(dir,
                                    "[profile dev]\nrole_arn = arn:aws:iam::123456789012:role/dev\n"
                                    "source_profile = base\nexternal_id = a+b\nrole_session_name = me\n"
                                    "duration_seconds = 900\nregion = eu-west-1\n"
                                    "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = s\n",
                                    {{"AWS_PROFILE", "dev"}, {"AWS_ENDPOINT_URL_STS", sts.url()}});
  const auto credentials = given(profile_credentials(sources, {}));
  CHECK(credentials.access_key_id == "dev");
  CHECK(credentials.secret_access_key == "role-secret");
  CHECK(credentials.session_token == "role-token");
  CHECK(credentials.expires.has_value());
  const auto request = sts.requests().at(0);
  CHECK(request.method == "POST");
  CHECK(request.target == "/");
  CHECK(request.body ==
        "Action=AssumeRole&DurationSeconds=900&ExternalId=a%2Bb&"
        "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdev&RoleSessionName=me&Version=2011-06-15");
  CHECK(is_signed_by("BASE", request));
  CHECK(contains(request.headers.at("authorization"), "/eu-west-1/sts/aws4_request"));
}

TEST_CASE("roles are chained, each assumed with the one before") {
  TcpServer sts(answer_as_sts);
  const TempDir dir;
  const auto sources = sources_with(
      dir,
      "[default]\nrole_arn = arn:role/last\nsource_profile = middle\n"
      "[profile middle]\nrole_arn = arn:role/first\nsource_profile = keys\n"
      "[profile keys]\nrole_arn = arn:role/not-this\naws_access_key_id = BASE\naws_secret_access_key = s\n",
      {{"AWS_ENDPOINT_URL", sts.url()}});
  CHECK(given(profile_credentials(sources, {})).access_key_id == "last");
  REQUIRE(sts.requests().size() == 2);
  CHECK(is_signed_by("BASE", sts.requests()[0]));
  CHECK(is_signed_by("first", sts.requests()[1]));
  CHECK(sts.requests()[1].headers.at("x-amz-security-token") == "role-token");
}

TEST_CASE("a profile that is its own source assumes its role with its own keys") {
  TcpServer sts(answer_as_sts);
  const TempDir dir;
  const auto sources = sources_with(dir,
                                    "[default]\nrole_arn = arn:role/r\nsource_profile = default\n"
                                    "aws_access_key_id = OWN\naws_secret_access_key = s\n",
                                    {{"AWS_ENDPOINT_URL_STS", sts.url()}});
  CHECK(given(profile_credentials(sources, {})).access_key_id == "r");
  CHECK(is_signed_by("OWN", sts.requests().at(0)));
}

TEST_CASE("source profiles in a circle are refused, and the circle named") {
  const TempDir dir;
  const auto sources = sources_with(dir,
                                    "[default]\nrole_arn = x\nsource_profile = a\n"
                                    "[profile a]\nrole_arn = x\nsource_profile = default\n");
  const auto failure = failure_in([&] { profile_credentials(sources, {}); });
  CHECK(failure.cause == Cause::bad_config);
  CHECK(failure.what == "The profile \"default\" is its own source_profile: default -> a -> default.");
}

TEST_CASE("a role takes its credentials from the environment, the container or the instance") {
  TcpServer server([](const ReceivedRequest& request, Connection& c) {
    if (request.method == "POST")
      answer_as_sts(request, c);
    else if (request.target == "/latest/meta-data/iam/security-credentials/")
      c.send(http_answer(200, "instance-role"));
    else
      c.send(http_answer(200, service_answer));
  });
  const auto [source, signer] = GENERATE(table<std::string, std::string>(
      {{"Environment", "ENV"}, {"EcsContainer", "AKID"}, {"Ec2InstanceMetadata", "AKID"}}));
  const TempDir dir;
  const auto sources = sources_with(dir, "[default]\nrole_arn = arn:role/r\ncredential_source = " + source,
                                    {{"AWS_ACCESS_KEY_ID", "ENV"},
                                     {"AWS_SECRET_ACCESS_KEY", "s"},
                                     {"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url() + "/container"},
                                     {"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url()},
                                     {"AWS_ENDPOINT_URL_STS", server.url()}});
  CHECK(given(profile_credentials(sources, {})).access_key_id == "r");
  CHECK(is_signed_by(signer, server.requests().back()));
}

TEST_CASE("a role whose source has no credentials is an error with the source's reason") {
  const TempDir dir;
  const auto sources = sources_with(dir, "[default]\nrole_arn = x\ncredential_source = Environment\n");
  const auto failure = failure_in([&] { profile_credentials(sources, {}); });
  CHECK(failure.cause == Cause::denied);
  CHECK(contains(failure.what, "AWS_ACCESS_KEY_ID is not set"));
}

TEST_CASE("a role that cannot be followed is an error that names the setting") {
  const auto [settings, said] = GENERATE(table<std::string, std::string>(
      {{"role_arn = x", "neither source_profile nor credential_source"},
       {"role_arn = x\nsource_profile = a\ncredential_source = Environment", "both source_profile and"},
       {"role_arn = x\nsource_profile = gone", "source_profile \"gone\", which no file holds"},
       {"role_arn = x\ncredential_source = Magic", "credential_source \"Magic\""},
       {"role_arn = x\ncredential_source = Environment\nduration_seconds = 1h", "duration_seconds"},
       {"role_arn = x\ncredential_source = Environment\nmfa_serial = arn", "mfa_serial"},
       {"web_identity_token_file = /x", "no role_arn"}}));
  const TempDir dir;
  const auto sources = sources_with(dir, "[default]\n" + settings + "\n");
  const auto failure = failure_in([&] { profile_credentials(sources, {}); });
  CAPTURE(failure.what);
  CHECK(contains(failure.what, said));
  CHECK(contains(failure.what, "\"default\""));
}

TEST_CASE("a profile's web identity token is exchanged for the role's credentials, without a signature") {
  TcpServer sts(answer_as_sts);
  const TempDir dir;
  const auto token = write(dir, "token", "the.jwt\n");
  const auto sources = sources_with(
      dir, "[default]\nrole_arn = arn:role/r\nsource_profile = ignored\nweb_identity_token_file = " + token,
      {{"AWS_ENDPOINT_URL_STS", sts.url()}});
  CHECK(given(profile_credentials(sources, {})).access_key_id == "r");
  const auto request = sts.requests().at(0);
  CHECK(contains(request.body, "Action=AssumeRoleWithWebIdentity&"));
  CHECK(contains(request.body, "&WebIdentityToken=the.jwt"));
  CHECK_FALSE(request.headers.contains("authorization"));
}

TEST_CASE("single sign-on is said to be unsupported, with the command that helps") {
  for (const char* setting : {"sso_session", "sso_start_url", "login_session"}) {
    const Profile profile = {.name = "p", .found = true, .settings = {{setting, "x"}}};
    const auto failure = failure_in([&] { credentials_of(profile); });
    CHECK(failure.cause == Cause::denied);
    CHECK(contains(failure.what, setting));
    CHECK(contains(failure.remedy, "aws configure export-credentials --profile p"));
  }
}

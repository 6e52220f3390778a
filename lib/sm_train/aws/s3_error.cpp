#include "sm_train/aws/s3_error.hpp"

#include <array>

#include <fmt/core.h>

#include "sm_train/aws/host_label.hpp"
#include "sm_train/aws/retry.hpp"
#include "sm_train/aws/xml.hpp"
#include "sm_train/contract/one_line.hpp"

namespace sm_train {

namespace {

struct Meaning {
  std::string_view code;
  Cause cause;
  const char* what;
  const char* remedy;
};

constexpr const char* renew =
    "Get new credentials: set AWS_SESSION_TOKEN with its keys anew, or renew the role's session.";

constexpr std::array meanings = {
    Meaning{"NoSuchBucket", Cause::no_input, "there is no such bucket",
            "Check the bucket's name and its account."},
    Meaning{"NoSuchKey", Cause::no_input, "the bucket has no object of this key",
            "Check the key, upper and lower case too."},
    Meaning{"InvalidBucketName", Cause::no_input, "this cannot be the name of a bucket",
            "Check the bucket's name."},
    Meaning{"SignatureDoesNotMatch", Cause::denied,
            "the secret access key does not belong to the access key ID",
            "Correct AWS_SECRET_ACCESS_KEY, or the profile's aws_secret_access_key."},
    Meaning{"InvalidAccessKeyId", Cause::denied, "the access key ID is not known to the service",
            "Correct AWS_ACCESS_KEY_ID; temporary keys need their AWS_SESSION_TOKEN as well."},
    Meaning{"ExpiredToken", Cause::denied, "the session token of the credentials has expired", renew},
    Meaning{"TokenRefreshRequired", Cause::denied, "the session token of the credentials has expired", renew},
    Meaning{"InvalidToken", Cause::denied, "the session token is not valid with these keys", renew},
    Meaning{
        "AccessDenied", Cause::denied, "the credentials have no permission for it",
        "Allow s3:GetObject on it to the job's role, and kms:Decrypt on its key (s3:ListBucket on the bucket "
        "for a "
        "prefix, s3:PutObject for an upload); without s3:ListBucket a missing object reads as denied too."},
    Meaning{"AllAccessDisabled", Cause::denied, "all access to it is disabled", "Ask the bucket's owner."},
    Meaning{"InvalidObjectState", Cause::denied, "the object is archived", "Restore it from Glacier first."},
    Meaning{"RequestTimeTooSkewed", Cause::denied, "this machine's clock is too far from the service's",
            "Set the clock of this machine."},
    Meaning{"PermanentRedirect", Cause::bad_config, "the bucket is in another region",
            "Set AWS_REGION to the bucket's region."},
    Meaning{"AuthorizationHeaderMalformed", Cause::bad_config, "the request was signed for another region",
            "Set AWS_REGION to the bucket's region."},
    Meaning{"PreconditionFailed", Cause::bad_data, "the object was replaced while it was read",
            "Run again, when nobody writes it."},
};

// By status, where the code says nothing more.
Meaning meaning_of(const S3Error& error) {
  for (const auto& meaning : meanings)
    if (meaning.code == error.code) return meaning;
  switch (error.status) {
    case 401:
    case 403:
      return {"", Cause::denied, "access is denied", "Check the credentials, and what they allow."};
    case 404:
      return {"", Cause::no_input, "there is no such object", "Check the bucket and the key."};
    case 301:
    case 307:
      return {"", Cause::bad_config, "the bucket is in another region",
              "Set AWS_REGION to the bucket's region."};
    case 412:
      return {"", Cause::bad_data, "the object was replaced while it was read",
              "Run again, when nobody writes it."};
    default:
      // Without a code it may be the answer of something on the way.
      if (error.status / 100 == 4 && !error.code.empty() && !is_retryable(error.status, error.code))
        return {"", Cause::bad_data, "the service refuses the request",
                "Check the bucket and the key: their names, and what the service allows for them."};
      return {"", Cause::unavailable, "the service cannot give it",
              "Check the endpoint, or try again later."};
  }
}

}  // namespace

S3Error read_s3_error(int status, const HttpHeaders& headers, std::string_view body) {
  S3Error error = {.status = status,
                   .code = one_line(xml_element(body, "Code")),
                   .message = one_line(xml_element(body, "Message"))};
  error.region = find_header(headers, "x-amz-bucket-region");
  if (error.region.empty()) error.region = xml_element(body, "Region");
  // It becomes a part of a host's name.
  if (!is_host_label(error.region)) error.region.clear();
  return error;
}

bool is_wrong_region(const S3Error& error) {
  return !error.region.empty() && (error.status == 301 || error.status == 307 || error.status == 400);
}

bool is_expired_token(const S3Error& error) {
  return error.code == "ExpiredToken" || error.code == "TokenRefreshRequired";
}

Failure failure_of(const S3Error& error) {
  const auto meaning = meaning_of(error);
  auto said = fmt::format("{}{}{}", error.status, error.code.empty() ? "" : " ", error.code);
  if (!error.message.empty()) said += fmt::format(": {}", error.message);
  return {
      .cause = meaning.cause, .what = fmt::format("{} ({}).", meaning.what, said), .remedy = meaning.remedy};
}

}  // namespace sm_train

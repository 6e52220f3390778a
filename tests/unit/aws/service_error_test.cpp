#include "sm_train/aws/service_error.hpp"

#include "catch.hpp"

using namespace sm_train;

namespace {

ServiceError error_in(const std::string& body, const HttpHeaders& headers = {}) {
  return read_service_error({.status = 400, .headers = headers, .body = body});
}

}  // namespace

TEST_CASE("the code of a JSON error stands in the header, in __type or in code, whatever is around it") {
  const std::string body = R"({"__type": "com.amazon#Throttled", "message": "Slow down."})";
  CHECK(error_in(body).code == "Throttled");
  CHECK(error_in(body).message == "Slow down.");
  CHECK(error_in(body, {{"x-amzn-ErrorType", "Denied:http://internal.amazon.com/x#y/"}}).code == "Denied");
  CHECK(error_in(R"({"code": "Busy", "Message": "Later."})").code == "Busy");
  CHECK(error_in(R"({"code": "Busy", "Message": "Later."})").message == "Later.");
}

TEST_CASE("the error of a service that speaks XML is read likewise") {
  const auto error = error_in(
      "<ErrorResponse><Error><Code>AccessDenied</Code><Message>No.</Message></Error></ErrorResponse>");
  CHECK(error.code == "AccessDenied");
  CHECK(error.message == "No.");
  CHECK(describe(403, error) == "403 AccessDenied: No.");
}

TEST_CASE("an error without words is its status, and words are put on one line") {
  CHECK(describe(502, error_in("<html>Bad gateway</html>")) == "502");
  CHECK(describe(502, error_in("[1]")) == "502");
  CHECK(describe(400, error_in(R"({"__type": 7, "message": "a\u001b[31m\nb"})")) == "400: a [31m b");
}

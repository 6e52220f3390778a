// What S3 answers instead of an object.
//
// The input: the status, the x-amz-bucket-region header, and the XML.

#include "sm_train/aws/s3_error.hpp"

#include <charconv>
#include <string>

#include "sm_train/aws/host_label.hpp"
#include "sm_train/aws/xml.hpp"
#include "support.hpp"

namespace sm_train::fuzz {

namespace {

/// An element with the text, escaped as XML wants it.
std::string element_of(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else
      escaped += c;
  }
  return "<Message>" + escaped + "</Message>";
}

}  // namespace

void check(std::string_view input) {
  const auto [status_text, region, xml] = split<3>(input);
  int status = 0;
  std::from_chars(status_text.data(), status_text.data() + status_text.size(), status);

  const S3Error error = read_s3_error(status, {{"x-amz-bucket-region", std::string(region)}}, xml);
  require(error.status == status, "the status is kept");
  require(error.region.empty() || is_host_label(error.region), "a region can be a part of a host's name");
  require(!is_wrong_region(error) || !error.region.empty(), "a wrong region comes with the right one");
  require(xml_element(element_of(xml), "Message") == xml, "a text that is escaped reads back");

  const Failure failure = failure_of(error);
  require(!failure.what.empty() && !failure.remedy.empty(), "what it means and what to do are told");
  require(failure.what.find(error.code) != std::string::npos, "the service's own word is told");
}

}  // namespace sm_train::fuzz

// What S3 answers instead of an object.
//
// The input: the status, the x-amz-bucket-region header, and the XML.

#include "sm_train/aws/s3_error.hpp"

#include <charconv>
#include <string>

#include "sm_train/aws/host_label.hpp"
#include "support.hpp"

namespace sm_train::fuzz {

void check(std::string_view input) {
  const auto [status_text, region, xml] = split<3>(input);
  int status = 0;
  std::from_chars(status_text.data(), status_text.data() + status_text.size(), status);

  const S3Error error = read_s3_error(status, {{"x-amz-bucket-region", std::string(region)}}, xml);
  require(error.status == status, "the status is kept");
  require(error.region.empty() || is_host_label(error.region), "a region can be a part of a host's name");
  require(!is_wrong_region(error) || !error.region.empty(), "a wrong region comes with the right one");
  for (const auto& [name, text] : {std::pair("Code", error.code), std::pair("Message", error.message)}) {
    const std::string end = std::string("</") + name + ">";
    require(text.empty() || xml.find("<" + (name + (">" + text)) + end) != std::string_view::npos,
            "a text is that of its element");
  }

  const Failure failure = failure_of(error);
  require(!failure.what.empty() && !failure.remedy.empty(), "what it means and what to do are told");
  require(failure.what.find(error.code) != std::string::npos, "the service's own word is told");
}

}  // namespace sm_train::fuzz

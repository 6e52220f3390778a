#include "sm_train/aws/service_error.hpp"

#include <string_view>

#include <fmt/core.h>

#include "sm_train/aws/json_answer.hpp"
#include "sm_train/aws/xml.hpp"
#include "sm_train/contract/one_line.hpp"

namespace sm_train {

namespace {

std::string first_of(std::string first, std::string second) {
  return first.empty() ? std::move(second) : std::move(first);
}

std::string bare_code(std::string_view code) {
  code = code.substr(0, code.find(':'));
  return std::string(code.substr(code.find('#') + 1));  // from its start where there is none
}

}  // namespace

ServiceError read_service_error(const HttpResponse& response) {
  ServiceError error = {.code = xml_element(response.body, "Code"),
                        .message = xml_element(response.body, "Message")};
  const auto answer = read_json_answer(response.body, "The service");
  if (const Dict* object = answer ? answer->dict() : nullptr)
    error = {.code = first_of(text_at(*object, "__type"), text_at(*object, "code")),
             .message = first_of(text_at(*object, "message"), text_at(*object, "Message"))};
  error.code = first_of(std::string(find_header(response.headers, "x-amzn-errortype")), error.code);
  return {.code = one_line(bare_code(error.code)), .message = one_line(error.message)};
}

std::string describe(int status, const ServiceError& error) {
  return fmt::format("{}{}{}{}{}", status, error.code.empty() ? "" : " ", error.code,
                     error.message.empty() ? "" : ": ", error.message);
}

}  // namespace sm_train

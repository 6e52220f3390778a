#include "sm_train/aws/json_answer.hpp"

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/json.hpp"

namespace sm_train {

std::optional<Value> read_json_answer(std::string_view json, const std::string& service) try {
  return try_parse_json(json, service);
} catch (const Error&) {
  return std::nullopt;  // nested without end: the parser's remedy is for a file
}

std::string text_at(const Dict& object, std::string_view key) {
  const Value* value = object.find(key);
  const std::string* text = value == nullptr ? nullptr : value->text();
  return text == nullptr ? "" : *text;
}

}  // namespace sm_train

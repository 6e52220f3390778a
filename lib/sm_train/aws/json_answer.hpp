#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sm_train/contract/value.hpp"

namespace sm_train {

/// The JSON that `service` answered; nothing where it is none.
std::optional<Value> read_json_answer(std::string_view json, const std::string& service);

/// The text at a key; empty where there is none.
std::string text_at(const Dict& object, std::string_view key);

}  // namespace sm_train

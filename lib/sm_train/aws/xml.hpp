#pragma once

#include <string>
#include <string_view>

namespace sm_train {

/// The text of the first element of that name, its entities replaced; empty where there is none. Enough for
/// the flat answers of S3 and STS, so no XML parser is needed: an element with attributes is not found.
std::string xml_element(std::string_view xml, std::string_view name);

}  // namespace sm_train

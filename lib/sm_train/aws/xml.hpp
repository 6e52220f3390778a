#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sm_train {

/// The text of the first element of that name, its entities replaced; empty where there is none. Enough for
/// the answers of S3 and STS, so no XML parser is needed: an element with attributes is not found.
std::string xml_element(std::string_view xml, std::string_view name);

/// What stands in each element of that name, to the letter.
std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view name);

}  // namespace sm_train

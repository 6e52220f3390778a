#include "sm_train/aws/xml.hpp"

#include <array>
#include <utility>

#include <fmt/core.h>

namespace sm_train {

namespace {

constexpr std::array<std::pair<std::string_view, char>, 5> entities = {
    {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};

std::string unescaped(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    std::size_t taken = 1;
    char c = text.front();
    for (const auto& [entity, character] : entities)
      if (text.starts_with(entity)) {
        taken = entity.size();
        c = character;
      }
    plain += c;
    text.remove_prefix(taken);
  }
  return plain;
}

}  // namespace

std::string xml_element(std::string_view xml, std::string_view name) {
  const auto open = fmt::format("<{}>", name);
  const auto start = xml.find(open);
  if (start == std::string_view::npos) return "";
  const auto text = xml.substr(start + open.size());
  const auto end = text.find(fmt::format("</{}>", name));
  return end == std::string_view::npos ? "" : unescaped(text.substr(0, end));
}

}  // namespace sm_train

#include "sm_train/aws/xml.hpp"

#include <array>
#include <optional>
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

/// What stands in the elements of one name, one after another.
class Elements {
 public:
  Elements(std::string_view xml, std::string_view name)
      : rest_(xml), open_(fmt::format("<{}>", name)), close_(fmt::format("</{}>", name)) {}

  std::optional<std::string_view> next() {
    const auto start = rest_.find(open_);
    if (start == std::string_view::npos) return std::nullopt;
    rest_.remove_prefix(start + open_.size());
    const auto end = rest_.find(close_);
    if (end == std::string_view::npos) return std::nullopt;
    const auto text = rest_.substr(0, end);
    rest_.remove_prefix(end + close_.size());
    return text;
  }

 private:
  std::string_view rest_;
  std::string open_;
  std::string close_;
};

}  // namespace

std::string xml_element(std::string_view xml, std::string_view name) {
  const auto text = Elements(xml, name).next();
  return text ? unescaped(*text) : "";
}

std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view name) {
  std::vector<std::string_view> texts;
  Elements elements(xml, name);
  while (const auto text = elements.next()) texts.push_back(*text);
  return texts;
}

}  // namespace sm_train

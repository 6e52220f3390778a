#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sm_train/contract/secrets.hpp"

namespace sm_train {

/// The words of commands of hosts, one after the other, as they are shown. Masking a word takes time and the
/// commands are much alike, so what stands where it stood on the host before is not masked again.
class ShownWords {
 public:
  /// Shows a word that stands behind another one.
  using Show = std::function<std::string(std::string_view before, std::string_view word)>;

  ShownWords(Show show, std::string_view separator);

  /// `argv` must live until the next one is shown.
  std::string of(const std::vector<std::string>& argv);

 private:
  bool is_shown(std::span<const std::string> argv, std::size_t at) const;

  Show show_;
  std::string_view separator_;
  std::span<const std::string> last_;
  std::vector<std::string> shown_;  // of last_
};

/// A variable's value with its secrets masked. What is a list or an object in JSON stays one.
std::string shown_value(const std::string& name, const std::string& value, const Secrets& secrets);

}  // namespace sm_train

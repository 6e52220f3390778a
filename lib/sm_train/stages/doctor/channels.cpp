#include "sm_train/stages/doctor/channels.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/list_some.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/contract/python_text.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

bool is_piped(const Value& channel) {
  const Value* mode = channel.dict() == nullptr ? nullptr : channel.dict()->find("TrainingInputMode");
  return mode != nullptr && *mode == Value("Pipe");
}

}  // namespace

Finding check_channels(const Dict& input_data_config, const Paths& paths) {
  std::vector<std::string> faults;
  std::vector<std::string> empty;
  for (const auto& [name, channel] : input_data_config) {
    if (is_piped(channel)) continue;
    const std::string directory = paths.channel(os_bytes(name, "The channel's name"));
    std::error_code error;
    const fs::directory_iterator first(directory, error);
    const std::string shown = plain_or_quoted(directory);
    if (error)
      faults.push_back(fmt::format("{} ({})", shown, error.message()));
    else if (first == fs::directory_iterator())
      empty.push_back(shown);
  }
  if (!faults.empty())
    return failed(fmt::format("Channels of inputdataconfig.json cannot be read: {}.", list_some(faults)),
                  "Put the channel's files there, or take the channel out of inputdataconfig.json.");
  if (!empty.empty())
    return warning(fmt::format("Channels are empty: {}.", list_some(empty)),
                   "Check the channel's S3 URI: a prefix that no object has gives an empty directory.");
  if (input_data_config.empty()) return skipped("The job has no channels.");
  return passed(fmt::format("{} with files.", input_data_config.size() == 1
                                                  ? "1 channel"
                                                  : fmt::format("{} channels", input_data_config.size())));
}

}  // namespace sm_train

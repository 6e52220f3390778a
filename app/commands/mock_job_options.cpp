#include "commands/mock_job_options.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/stages/code_directory.hpp"
#include "sm_train/stages/mock_job_words.hpp"

namespace sm_train {

namespace {

void set_channel(MockJob& job, MockChannel channel) {
  const std::filesystem::path data = std::filesystem::path("input/data") / channel.name;
  std::erase_if(job.channels,
                [&](const MockChannel& each) { return each.source.empty() && each.name == channel.name; });
  std::erase_if(job.files, [&](const auto& file) { return is_inside(file.first, data); });
  job.channels.push_back(std::move(channel));
}

}  // namespace

std::vector<CommandOption> mock_job_options() {
  return {{.name = "--hyperparameter",
           .letter = "-p",
           .value_name = "NAME=VALUE",
           .is_repeatable = true,
           .help = "A hyperparameter: lr=0.1, on=true, layers=[1,2], else text. Of a name the last counts"},
          {.name = "--channel",
           .letter = "-c",
           .value_name = "NAME=PATH",
           .is_repeatable = true,
           .help = "A channel with the data of a directory, or of one file, of this machine"}};
}

void apply_mock_job_options(const Given& given, MockJob& job) {
  for (const auto& [name, value] : parse_hyperparameters(given.all("--hyperparameter")))
    job.hyperparameters.set(name, value);
  for (const std::string& word : given.all("--channel")) set_channel(job, parse_channel(word));
}

std::string not_empty(const Given& given, std::string_view name, std::string_view command) {
  std::string text = given.text(name).value_or("");
  if (!text.empty()) return text;
  throw Error({.cause = Cause::usage,
               .what = fmt::format("{} is empty.", name),
               .remedy = fmt::format("`sm-train {} --help` shows what it takes.", command)});
}

}  // namespace sm_train

#include "sm_train/stages/mock_job.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/list_some.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/contract/paths.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/stages/code_directory.hpp"
#include "sm_train/stages/sample_job/files.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/overlay.hpp"
#include "sm_train/system/staging.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr std::size_t max_channel_name = 64;  // of CreateTrainingJob
constexpr std::string_view name_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

[[noreturn]] void refuse(std::string what, std::string remedy) {
  throw Error({.cause = Cause::usage, .what = std::move(what), .remedy = std::move(remedy)});
}

/// "." and ".." have the right characters, and are no names of a directory.
bool is_name(std::string_view name) {
  return name.find_first_not_of(name_characters) == std::string_view::npos &&
         name.find_first_not_of('.') != std::string_view::npos;
}

void require_channels(const std::vector<MockChannel>& channels) {
  std::set<std::string> names;
  for (const MockChannel& channel : channels) {
    if (!is_name(channel.name) || channel.name.size() > max_channel_name)
      refuse(fmt::format("{} cannot be the name of a channel", in_quotes(channel.name)),
             "SageMaker takes 1 to 64 letters, digits, dots, hyphens and underscores.");
    if (!names.insert(channel.name).second)
      refuse(fmt::format("the channel {} is given twice", channel.name), "Give each channel one source.");
  }
}

void require_hosts(const MockJob& job) {
  std::set<std::string> names;
  for (const std::string& host : job.hosts) {
    if (!is_name(host))
      refuse(fmt::format("{} cannot be the name of a host", in_quotes(host)),
             "Use letters, digits, dots, hyphens and underscores, such as algo-1.");
    if (!names.insert(host).second)
      refuse(fmt::format("the host {} is given twice", host), "Name each host once.");
  }
  if (names.count(job.current_host) == 0)
    refuse(fmt::format("{} is none of the hosts: {}", in_quotes(job.current_host), list_some(job.hosts)),
           "Let the current host be one of them.");
}

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw Error(errno_failure(error.value(), Access::write, "make " + directory.native()));
}

/// What copying and linking start from: links on the way to it are followed.
fs::path resolved(const fs::path& source, const std::string& role) {
  std::error_code error;
  fs::path path = fs::canonical(source, error);
  if (error)
    throw Error(
        errno_failure(error.value(), Access::read, fmt::format("read {}, {}", source.native(), role)));
  return path;
}

std::string role_of(const MockChannel& channel) {
  return "the data of the channel " + channel.name;
}

/// As the SDK writes them: each value is JSON inside of a string.
std::string hyperparameters_text(const MockJob& job) {
  Dict values = job.hyperparameters;
  if (!job.program.empty() && values.find("sagemaker_program") == nullptr)
    values.set("sagemaker_program", os_text(job.program));
  std::vector<Dict::Item> encoded;
  for (const auto& [name, value] : values) encoded.emplace_back(name, python_json_in_order(value));
  return python_json_in_order(Dict(std::move(encoded)));
}

std::string resource_config_text(const MockJob& job) {
  return python_json_in_order(Dict(
      {{"current_host", job.current_host}, {"hosts", Value(job.hosts)}, {"network_interface_name", "eth0"}}));
}

std::string input_data_config_text(const MockJob& job) {
  const Dict of_a_channel({{"TrainingInputMode", "File"},
                           {"S3DistributionType", "FullyReplicated"},
                           {"RecordWrapperType", "None"}});
  std::vector<Dict::Item> channels;
  for (const MockChannel& channel : job.channels) channels.emplace_back(channel.name, of_a_channel);
  return python_json_in_order(Dict(std::move(channels)));
}

void write_configs(const MockJob& job, const Paths& paths) {
  write_file_atomically(paths.hyperparameters(), hyperparameters_text(job) + "\n");
  write_file_atomically(paths.resource_config(), resource_config_text(job) + "\n");
  write_file_atomically(paths.input_data_config(), input_data_config_text(job) + "\n");
  // By its name on the platform, so that the directory may be moved, or mounted there.
  write_file_atomically(paths.checkpoint_config(), "{\"LocalPath\": \"/opt/ml/checkpoints\"}\n");
}

void link_to(const fs::path& source, const fs::path& link) {
  std::error_code error;
  fs::create_symlink(source, link, error);
  if (error) throw Error(errno_failure(error.value(), Access::write, "make " + link.native()));
}

void put_channel(const MockChannel& channel, ChannelData data, const fs::path& directory,
                 const Interrupt& interrupt) {
  if (channel.source.empty()) return make_directory(directory);
  const fs::path source = resolved(channel.source, role_of(channel));
  const bool is_directory = fs::is_directory(source);
  // The file keeps the name that it was given by, and not that of what a link leads to.
  const fs::path place = is_directory ? directory : directory / channel.source.filename();
  if (!is_directory) make_directory(directory);
  if (data == ChannelData::linked) return link_to(source, place);
  copy_entry(source, place, interrupt, Symlinks::follow);
}

void put_code(const fs::path& code, const fs::path& directory, const Interrupt& interrupt) {
  const fs::path source = resolved(code, "the code");
  if (fs::is_directory(source)) return copy_tree(source, directory, interrupt);
  copy_entry(source, directory / code.filename(), interrupt);
}

fs::path new_or_empty(const fs::path& directory) {
  fs::path path = canonical_path(directory);
  if (fs::exists(path) && !fs::is_directory(path))
    throw Error(
        {.cause = Cause::cannot_create,
         .what = fmt::format("{} is not a directory, and a mock job is to be made there", path.native()),
         .remedy = "Name a new directory."});
  if (!holds_code(path)) return path;
  throw Error(
      {.cause = Cause::cannot_create,
       .what = fmt::format("{} holds something already, which `sm-train run` did not make", path.native()),
       .remedy = "Name a new or an empty directory. The job of one that is there is run by "
                 "`sm-train --base-path DIR`."});
}

}  // namespace

MockJob sample_job() {
  return {.hyperparameters = Dict({{"epochs", 10}, {"lr", 0.5}}),
          .program = "train.py",
          .channels = {{.name = "training"}},
          .files = {{"code/train.py", std::string(sample_program)},
                    {"input/data/training/points.csv", std::string(sample_data)}}};
}

void require_apart(const MockJob& job, const fs::path& directory) {
  const auto require = [&directory](const fs::path& source, const std::string& role, bool is_copied) {
    if (source.empty()) return;
    const fs::path path = resolved(source, role);
    if (!is_inside(path, directory) && !(is_copied && is_inside(directory, path))) return;
    refuse(fmt::format("{} and the mock job in {} lie one in the other", path.native(), directory.native()),
           "Name a directory for the job that lies elsewhere.");
  };
  require(job.code, "the code", true);
  for (const MockChannel& channel : job.channels)
    require(channel.source, role_of(channel), job.channel_data == ChannelData::copied);
}

void fill_mock_job(const MockJob& job, const fs::path& directory, const Interrupt& interrupt) {
  require_channels(job.channels);
  require_hosts(job);
  require_apart(job, canonical_path(directory));
  const Paths paths = {.root = directory};
  for (const fs::path& each : {paths.input_config(), paths.input_data(), paths.code(), paths.model(),
                               paths.output_data(), directory / "checkpoints"})
    make_directory(each);
  write_configs(job, paths);
  for (const MockChannel& channel : job.channels)
    put_channel(channel, job.channel_data, paths.channel(channel.name), interrupt);
  if (!job.code.empty()) put_code(job.code, paths.code(), interrupt);
  for (const auto& [path, text] : job.files) {
    make_directory((directory / path).parent_path());
    write_file_atomically(directory / path, text);
  }
}

void write_mock_job(const MockJob& job, const fs::path& directory, const Interrupt& interrupt) {
  const fs::path target = new_or_empty(directory);
  require_apart(job, target);
  const Staging staging(target);
  // Made by the umask, which the staging tree's own mode is not.
  const fs::path tree = staging.tree() / "job";
  make_directory(tree);
  fill_mock_job(job, tree, interrupt);
  place_tree(tree, target);
}

}  // namespace sm_train

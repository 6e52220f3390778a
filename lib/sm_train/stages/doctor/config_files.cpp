#include "sm_train/stages/doctor/config_files.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

#include <fmt/format.h>

#include "sm_train/contract/job.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/stages/load.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

std::string counted(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// `read` reads the file and says in a few words what it holds.
Finding check_file(const Paths& paths, const fs::path& file, const char* instead,
                   const std::function<std::string()>& read) try {
  std::error_code error;
  if (!has_configs(paths)) return skipped("There is no input/config.");
  if (fs::status(file, error).type() == fs::file_type::not_found)
    return warning(fmt::format("{} is missing: {}.", file.native(), instead),
                   "Put it there if the job is to have it: `sm-train init DIR` lays a whole mock job out.");
  return passed(read());
} catch (const Error& error) {
  return failed(error.failure());
}

}  // namespace

bool has_configs(const Paths& paths) {
  std::error_code ignored;
  return fs::is_directory(paths.input_config(), ignored);
}

Finding check_hyperparameters(const Paths& paths) {
  return check_file(paths, paths.hyperparameters(), "there are no hyperparameters", [&] {
    const Hyperparameters all = load_hyperparameters(paths);
    return fmt::format("{}, and {}.", counted(all.user.size(), "hyperparameter"),
                       counted(all.framework.size(), "framework parameter"));
  });
}

Finding check_resource_config(const Paths& paths) {
  return check_file(paths, paths.resource_config(), "the job has this one host", [&] {
    const ResourceConfig config = load_resource_config(paths);
    return fmt::format("This host is {} of {}, of instance type {}.", one_line(config.current_host),
                       counted(config.hosts.size(), "host"), one_line(config.current_instance_type));
  });
}

Finding check_input_data_config(const Paths& paths) {
  return check_file(paths, paths.input_data_config(), "there are no channels",
                    [&] { return counted(load_input_data_config(paths).size(), "channel") + "."; });
}

Finding check_job(const Options& options, const Job& job) {
  const Settings& settings = job.hyperparameters.settings;
  const std::string program = settings.program ? one_line(*settings.program) : "no program";
  const std::string source =
      settings.submit_directory ? one_line(*settings.submit_directory) : options.paths.code().native();
  if (has_configs(options.paths))
    return passed(fmt::format("It runs {}, with the code of {}.", program, source));
  const std::string what =
      fmt::format("{} is no directory: there is no job, and only this image or machine is examined.",
                  options.paths.input_config().native());
  const std::string remedy =
      "Name the directory that stands for /opt/ml with --base-path; `sm-train init DIR` makes one.";
  // An image has no /opt/ml before SageMaker mounts it, but whoever names a place has one in mind.
  return options.paths.root == Paths().root ? warning(what, remedy) : failed(what, remedy);
}

}  // namespace sm_train

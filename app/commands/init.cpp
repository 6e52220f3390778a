#include "commands/init.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "commands/mock_job_options.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/contract/shell_words.hpp"
#include "sm_train/stages/mock_job.hpp"
#include "sm_train/stages/mock_job_words.hpp"
#include "sm_train/stages/trial.hpp"

namespace sm_train {

namespace {

MockJob job_of(const Given& given) {
  MockJob job = sample_job();
  if (given.has("--program")) {
    const std::filesystem::path code = not_empty(given, "--program", "init");
    job = {.program = program_of(code), .code = code};
  }
  apply_mock_job_options(given, job);
  if (const auto hosts = given.text("--hosts")) job.hosts = parse_hosts(*hosts);
  job.current_host = given.text("--current-host").value_or(job.hosts.front());
  if (given.has("--copy")) job.channel_data = ChannelData::copied;
  return job;
}

bool is_linked(const MockJob& job, const MockChannel& channel) {
  return job.channel_data == ChannelData::linked && !channel.source.empty();
}

/// What was made, and what to do with it.
std::string described(const MockJob& job, const std::string& directory) {
  std::string text = fmt::format("Made {}, which stands for /opt/ml:\n", plain_or_quoted(directory));
  const auto line = [&text](const std::string& path, const std::string& what) {
    text += fmt::format("  {:28}  {}\n", path, what);
  };
  line("code/" + plain_or_quoted(job.program), "the program");
  line("input/config/", "its hyperparameters, channels and hosts");
  for (const MockChannel& channel : job.channels)
    line(fmt::format("input/data/{}", channel.name),
         is_linked(job, channel) ? "a link to " + plain_or_quoted(channel.source) : "its data");
  line("model/ output/ checkpoints/", "for what it leaves");
  text += fmt::format("Run it:\n  sm-train --base-path {}\n", shell_word(directory));
  const auto is_a_link = [&job](const MockChannel& channel) { return is_linked(job, channel); };
  if (std::any_of(job.channels.begin(), job.channels.end(), is_a_link))
    text += "A container does not find what a link leads to: --copy copies the data for it.\n";
  return text;
}

int run(Given given, Signals& signals) {
  const std::string directory = not_empty(given, "DIR", "init");
  const MockJob job = job_of(given);
  write_mock_job(job, directory, signals.interrupt_of("while making the mock job"));
  std::cout << described(job, directory) << std::flush;
  return 0;
}

std::vector<CommandOption> options_of_init() {
  std::vector<CommandOption> options = mock_job_options();
  options.insert(
      options.end(),
      {{.name = "--program",
        .value_name = "FILE_OR_DIR",
        .help = "A program of your own in the place of the sample: a file, or a directory with its train.py, "
                "train.sh or __main__.py"},
       {.name = "--copy", .help = "Copy the channels' data, which are links else"},
       {.name = "--hosts",
        .value_name = "N",
        .help = "The number of hosts, or their names with commas between them; else algo-1"},
       {.name = "--current-host", .value_name = "NAME", .help = "Whose directory it is; else the first's"}});
  return options;
}

}  // namespace

Subcommand init_command() {
  return {.name = "init",
          .summary = "Make a mock /opt/ml to start from, which runs at once",
          .about =
              {"Without options it holds a small program in Python, its data and its hyperparameters. DIR is "
               "made whole or not at all."},
          .operands = {{.name = "DIR", .help = "Where it is made: a new or an empty directory"}},
          .options = options_of_init(),
          .examples = {{.command = "sm-train init job && sm-train --base-path job",
                        .what = "the sample, and its run"},
                       {.command = "sm-train init job --program train.py -p lr=0.1 -c training=./data",
                        .what = "a job of your own"}},
          .exit_codes =
              "0; 73 where DIR holds something; else sysexits' (64 to 78), 143 and 130 where SIGTERM or "
              "SIGINT ended it.",
          .run = run};
}

}  // namespace sm_train

#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sm_train/contract/code_layout.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/job.hpp"
#include "sm_train/stages/fetch.hpp"
#include "sm_train/stages/options.hpp"

namespace sm_train {

/// What is known of a job's code before any of it is fetched.
struct ForeseenCode {
  CodeLayout layout;  ///< as it would be in the code directory
  std::string note;   ///< what could not be looked at; empty: nothing
  std::filesystem::path
      source;  ///< the directory that it would be copied from; empty: it is in place already
};

struct CodeToForesee {
  std::optional<std::string> source;  ///< where it would come from, as fetch_code takes it
  std::filesystem::path code;         ///< the code directory
  std::string program;                ///< its name in bytes
  ExistingCode existing_code = ExistingCode::overlay;
};

/// The layout that list_code will find once the code is fetched, as far as the code lies in a directory of
/// this machine. Of code that is in S3, in an archive or in a lone file the program's name alone tells what
/// it is, and a note says so. Reads only: changes nothing, and asks nobody. Throws Error as fetch_code does
/// for a source that cannot be one.
ForeseenCode foresee_code(const CodeToForesee& input);

/// The same for a job as it would be run.
ForeseenCode foresee_code(const Job& job, const Environment& environment, const Options& options);

}  // namespace sm_train

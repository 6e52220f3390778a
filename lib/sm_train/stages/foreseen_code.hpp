#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sm_train/contract/code_layout.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/job.hpp"
#include "sm_train/stages/fetch.hpp"
#include "sm_train/stages/options.hpp"

namespace sm_train {

/// From where a job's code gets into the code directory.
enum class CodeOrigin {
  in_place,   ///< it is there: no other place is named, or that is kept
  directory,  ///< a directory of this machine
  file,       ///< an archive or a lone file
  s3,
};

/// What is known of a job's code before any of it is fetched.
struct ForeseenCode {
  CodeOrigin origin = CodeOrigin::in_place;
  CodeLayout layout;  ///< as it would be in the code directory
  /// The directories that would be laid over each other there, the first on top. Empty where not all of the
  /// code can be looked at.
  std::vector<std::filesystem::path> trees;
  std::string note;  ///< what could not be looked at; empty: nothing
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

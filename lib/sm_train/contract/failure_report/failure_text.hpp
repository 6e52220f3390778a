#pragma once

#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/failure_report/failure_hint.hpp"
#include "sm_train/contract/outcome.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/contract/unicode.hpp"

namespace sm_train {

/// SageMaker shows the first 1,024 characters of output/failure as the job's failure reason.
/// Source: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html
inline constexpr std::size_t max_failure_characters = 1024;

/// What output/failure says of a program that failed, the cause first:
///   ExecuteUserScriptError:
///   ExitCode 3
///   ErrorMessage "..."
///   Hint: ...
///   Command "..."
/// The message is that memory ran out, the signal's name, and then what find_error_message finds, each where
/// there is one. The hint is what failure_hint finds, whole, and left out where it would cut the cause.
/// A command without an argv is none. Valid UTF-8 of at most max_failure_characters, cut at a character
/// boundary with the cause kept whole, and without `secrets`.
std::string failure_text(const Outcome& outcome, const Command& command, const FailureClues& clues = {},
                         const Secrets& secrets = {});

/// The same for a fault of the launcher's own.
std::string failure_text(const Failure& failure, const Secrets& secrets = {});

}  // namespace sm_train

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "sm_train/aws/s3_uri.hpp"
#include "sm_train/background/intermediate_output.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

/// Where intermediate output goes in S3: `S3_OUTPUT/JOB_NAME/output/intermediate/`. Throws Error{usage} where
/// `s3_output` is no s3:// URI.
/// Source: sagemaker_training/intermediate_output.py
S3Uri intermediate_prefix(const std::string& s3_output, const std::string& job_name);

/// Uploads what is written below output/intermediate to S3, from now on. Nothing where there is no
/// `s3_output`, where that is file://, or where the directory is there already, since then the platform does
/// it; else the directory is made. Throws nothing: what is wrong is a warning, and nothing.
std::unique_ptr<IntermediateOutput> start_intermediate_output(const std::optional<std::string>& s3_output,
                                                              const Environment& environment,
                                                              const EnvVars& env);

/// Once the program has ended: waits until all is uploaded, for `limit` at most, and, where SIGTERM or its
/// like came in or comes in, no longer than what is left of `grace`; a second one ends it. Names in the log
/// what is not uploaded.
void flush(IntermediateOutput& output, Signals& signals, std::chrono::milliseconds limit,
           std::chrono::milliseconds grace);

}  // namespace sm_train

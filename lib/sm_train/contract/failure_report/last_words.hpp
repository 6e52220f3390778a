#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sm_train/contract/failure_report/error_message.hpp"

namespace sm_train {

/// The lines without the banners that mpirun prints last, which say that a process failed but not why.
std::vector<std::string> without_banners(const std::vector<std::string>& lines);

/// What a program says when it gives up, near the end of the lines: a panic, an uncaught exception, a failed
/// assertion or a refused option, with the stack trace that follows it. Important is what tells the cause,
/// also where the trace stands behind it. Nothing where the lines tell of none.
std::optional<ErrorMessage> find_last_words(const std::vector<std::string>& lines);

/// The last lines, of which the last one with a letter or digit is important; empty where all are blank.
ErrorMessage last_lines(const std::vector<std::string>& lines);

}  // namespace sm_train

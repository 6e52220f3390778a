#pragma once

#include <functional>
#include <string_view>

#include "sm_train/contract/secrets.hpp"

namespace sm_train {

/// Levels are numbered as Python's logging numbers them, since sagemaker_container_log_level is.
enum class LogLevel { debug = 10, info = 20, warning = 30, error = 40, critical = 50 };

/// Lines below this level are not written. Info at the start; errors always are. The logger is the one thing
/// global here, and may be used by several threads.
void set_log_level(int level);

/// Masks these secrets in the lines from now on, in the place of those given before.
void keep_out_of_log(Secrets secrets);

/// Writes "sm-train: " and `message` as a line of stderr.
void log(LogLevel level, std::string_view message);

/// Writes a line of stderr for a program that reads the log: as it is, whatever the level.
void log_as_is(std::string_view line);

/// Draws `text` as the last line of the terminal that stderr is, in the place of the last such text: a line
/// of log comes above it. An empty text erases it. The text is of level info, and no wider than the terminal.
void show_status(std::string_view text);

/// Takes lines of the log that are to be written, each with its line end; any thread calls it, one at a time.
using LogWriter = std::function<void(std::string_view)>;

/// Gives the lines to `write` from now on, in the place of stderr; to none: stderr itself again. There is no
/// status line meanwhile.
void divert_log(LogWriter write);

/// Writes lines that were diverted, as they are. Like the log itself it waits no longer than a second for a
/// reader of stderr that takes nothing, and drops what that one does not take.
void write_log_lines(std::string_view lines);

/// Stderr stands in the middle of a line of somebody else's: the next line of the log ends that one first.
void log_is_inside_line();

}  // namespace sm_train

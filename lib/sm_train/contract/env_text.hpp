#pragma once

#include <string>

#include "sm_train/contract/command.hpp"

namespace sm_train {

/// How variables are written for somebody else to read.
enum class EnvFormat {
  shell,   ///< for `eval` in a POSIX shell
  json,    ///< one object
  dotenv,  ///< a .env file
};

/// The variables in the order of their names, none masked. Values hold no NUL, as no variable can.
///
/// shell: a line `export NAME='value'` each, which sh, dash, bash, zsh and busybox read back byte for byte,
/// and never as anything but that value. Names that no shell can read (SM_HP_BATCH-SIZE) are left out.
///
/// json: {"NAME": "value"} in ASCII on one line. A byte that is no UTF-8 is a lone surrogate (see os_text).
///
/// dotenv: a line NAME=value each, of the names that a shell can read. A value stands bare, else in single
/// quotes, wherever python-dotenv, Docker Compose, Node's --env-file and npm's dotenv read that alike (but
/// python-dotenv puts variables in the place of `${...}`); else in double quotes, with the escapes of
/// python-dotenv and Compose. Throws Error{bad_config} that names the variable for a value that none of them
/// reads: that is no UTF-8, or that needs quotes and ends in a backslash.
/// Sources: python-dotenv's dotenv/parser.py, compose-go's dotenv/parser.go, Node's src/node_dotenv.cc, npm
/// dotenv's lib/main.js.
std::string env_text(const EnvVars& variables, EnvFormat format);

}  // namespace sm_train

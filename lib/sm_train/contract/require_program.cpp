#include "sm_train/contract/require_program.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/interpreter_line.hpp"
#include "sm_train/contract/list_some.hpp"
#include "sm_train/contract/look_alike.hpp"
#include "sm_train/contract/one_line.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr const char* name_a_file = "Set sagemaker_program to a file of the code.";

std::string list(std::vector<std::string> names, std::string_view separator = ", ") {
  std::transform(names.begin(), names.end(), names.begin(), plain_or_quoted);
  return list_some(names, separator);
}

/// The same place, written with "." or without.
bool is_code_itself(const std::string& program, const CodeLayout& code) {
  return (fs::path(code.directory) / program / "").lexically_normal() == fs::path(code.directory) / "";
}

void require_name_of_code(const std::string& program, const CodeLayout& code) {
  if (program.empty())
    throw Error({.cause = Cause::bad_config, .what = "The program's name is empty.", .remedy = name_a_file});
  if (is_code_itself(program, code))
    throw Error(
        {.cause = Cause::bad_config,
         .what = fmt::format("The program {} is the code directory {} itself.", program, code.directory),
         .remedy = name_a_file});
  if (!code.program.is_inside)
    throw Error(
        {.cause = Cause::bad_config,
         .what = fmt::format("The program {} is outside of the code directory {}.", program, code.directory),
         .remedy = name_a_file});
}

[[noreturn]] void throw_directory(const std::string& program, const CodeLayout& code) {
  throw Error({.cause = Cause::not_found,
               .what = fmt::format("The program {} is a directory in {}, and has no __main__.py that Python "
                                   "could run.",
                                   program, code.directory),
               .remedy = "Set sagemaker_program to a file in it, or add a __main__.py."});
}

[[noreturn]] void throw_not_found(const std::string& program, const CodeLayout& code) {
  const std::vector<std::string> meant = look_alikes(program, code.files);
  throw Error({.cause = Cause::not_found,
               .what = fmt::format("The program {} is no file in {}, which {}.{}", program, code.directory,
                                   code.entries.empty() ? "is empty" : "holds " + list(code.entries),
                                   meant.empty() ? "" : " Did you mean " + list(meant, ", or ") + "?"),
               .remedy = "Set sagemaker_program to a file of the code, or sagemaker_submit_directory to "
                         "where the code is."});
}

/// What the kernel would refuse with words that nobody understands, or a shell misread line by line.
void require_legible(const std::string& program, const ProgramFile& file) {
  if (has_dos_shebang(file.start))
    throw Error({.cause = Cause::not_executable,
                 .what = fmt::format("The first line of the program {} ends in a carriage return, as on "
                                     "Windows, so that no interpreter has the name after its #!.",
                                     program),
                 .remedy = "Give the file the line ends of Unix (dos2unix, or eol=lf in .gitattributes)."});
  const std::string_view line = interpreter_line(program);
  if (file.start.kind == ProgramStart::Kind::text && !line.empty())
    throw Error(
        {.cause = Cause::not_executable,
         .what = fmt::format("The program {} does not say in its first line what is to run it, and "
                             "/bin/sh would misread it.",
                             program),
         .remedy = fmt::format("Make its very first line {}, for an interpreter that the image has.", line)});
}

}  // namespace

void require_program(const std::string& named, EntryPointKind kind, const CodeLayout& code) {
  const std::string program = file_of_program(named);
  require_name_of_code(program, code);
  // A module's name may be that of one that is installed: Python will tell.
  if (names_function(named) && !program.ends_with(".py")) return;
  const bool is_hidden = kind == EntryPointKind::python_package && program.find('/') == std::string::npos;
  if (is_hidden) return;
  const ProgramFile& file = code.program;
  const bool is_there = file.is_file || (!is_command(kind) && file.has_main) ||
                        (kind == EntryPointKind::python_module && file.is_module);
  if (!is_there && file.is_directory) throw_directory(program, code);
  if (!is_there) throw_not_found(program, code);
  if (is_command(kind)) require_legible(program, file);
}

}  // namespace sm_train

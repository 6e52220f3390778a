#include "sm_train/stages/foreseen_code.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/interpreter_line.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/stages/code_directory.hpp"
#include "sm_train/stages/code_layout.hpp"
#include "sm_train/stages/code_source.hpp"
#include "sm_train/system/files.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

/// The same without making the directory.
CodeLayout look_at(const fs::path& code, const std::string& program) {
  if (fs::exists(code)) return list_code(code, program);
  CodeLayout none;
  none.directory = code.native();
  return none;
}

/// A program that is given by its absolute path lies elsewhere before it is fetched.
std::string name_in_source(const std::string& program, const fs::path& code) {
  const std::string root = code.native() + "/";
  return program.starts_with(root) ? program.substr(root.size()) : program;
}

CodeLayout known_by_name(const std::string& named, const fs::path& code) {
  const std::string program = file_of_program(named);
  const bool is_script =
      program.ends_with(".py") || program.ends_with(".sh") || !interpreter_line(program).empty();
  const bool is_module =
      !is_script && program.find('/') == std::string::npos && program.find('.') != std::string::npos;
  CodeLayout layout;
  layout.directory = code.native();
  layout.program.is_file = !is_module;
  layout.program.is_module = is_module;
  layout.program.start.kind = ProgramStart::Kind::shebang;
  return layout;
}

/// As place_tree lays a new tree over what is there.
CodeLayout overlaid(CodeLayout over, const CodeLayout& under) {
  const bool has_pyproject =
      std::find(over.entries.begin(), over.entries.end(), "pyproject.toml") != over.entries.end();
  if (!has_pyproject) over.pyproject_makes_package = under.pyproject_makes_package;
  over.has_setup_py = over.has_setup_py || under.has_setup_py;
  if (!over.program.is_file && !over.program.is_directory && !over.program.is_module)
    over.program = under.program;
  std::vector<std::string> entries;
  std::set_union(over.entries.begin(), over.entries.end(), under.entries.begin(), under.entries.end(),
                 std::back_inserter(entries));
  over.entries = std::move(entries);
  over.files.insert(over.files.end(), under.files.begin(), under.files.end());
  return over;
}

bool is_there_as_directory(const fs::path& path, const std::string& source) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found || error)
    throw Error(errno_failure(error ? error.value() : ENOENT, Access::read,
                              fmt::format("get the code from \"{}\"", source)));
  return status.type() == fs::file_type::directory;
}

}  // namespace

ForeseenCode foresee_code(const CodeToForesee& input) {
  const fs::path code = code_directory(input.code);
  if (!input.source) return {.layout = look_at(code, input.program), .note = "", .source = {}};
  const CodeSource source = parse_code_source(*input.source);
  if (input.existing_code == ExistingCode::keep && holds_code(code))
    return {.layout = look_at(code, input.program), .note = "", .source = {}};

  ForeseenCode foreseen;
  const auto* path = std::get_if<fs::path>(&source);
  if (path != nullptr && is_there_as_directory(*path, *input.source)) {
    const fs::path from = canonical_path(*path);
    if (from == code) return {.layout = look_at(code, input.program), .note = "", .source = {}};
    refuse_nested(*input.source, from, code);
    foreseen.layout = list_code(from, name_in_source(input.program, code));
    foreseen.layout.directory = code.native();
    foreseen.source = from;
  } else {
    foreseen.layout = known_by_name(input.program, code);
    foreseen.note = fmt::format(
        "the code would come from {}, which was not looked into: what the program is, is told by its name "
        "alone",
        one_line(*input.source));
  }
  if (input.existing_code == ExistingCode::overlay)
    foreseen.layout = overlaid(std::move(foreseen.layout), look_at(code, input.program));
  return foreseen;
}

ForeseenCode foresee_code(const Job& job, const Environment& environment, const Options& options) {
  CodeToForesee input = {.source = std::nullopt,
                         .code = options.paths.code(),
                         .program = os_bytes(environment.user_entry_point, "The program's name"),
                         .existing_code = options.fetch.existing_code};
  const auto& source = job.hyperparameters.settings.submit_directory;
  // A framework's function has the code fetched itself.
  if (source && !runs_framework(job.platform.framework_module))
    input.source = os_bytes(*source, "The submit directory");
  return foresee_code(input);
}

}  // namespace sm_train

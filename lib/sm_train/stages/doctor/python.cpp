#include "sm_train/stages/doctor/python.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/one_line.hpp"
#include "sm_train/python/interpreter.hpp"
#include "sm_train/stages/install.hpp"
#include "sm_train/system/capture.hpp"
#include "sm_train/system/executable.hpp"

namespace sm_train {

namespace {

constexpr std::chrono::seconds limit{8};  // within that of all of a check
constexpr int oldest_minor = 8;           // of Python 3, for what sm-train has run in it

/// The last word of the last line: whatever starts with an interpreter may print as well.
std::string last_word(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return one_line(text.substr(text.find_last_of(" \n") + 1));
}

bool is_too_old(const std::string& version) {
  int minor = 0;
  if (version.starts_with("2.")) return true;
  if (!version.starts_with("3.")) return false;
  const auto [end, error] = std::from_chars(version.data() + 2, version.data() + version.size(), minor);
  return error == std::errc() && minor < oldest_minor;
}

Finding run_interpreter(const std::string& path, const EnvVars& env, const Interrupt& interrupt) {
  const Command command = {
      .argv = {path, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"}, .env = env, .cwd = {}};
  const CapturedEnd end = run_captured(command, limit, interrupt);
  const std::string shown = plain_or_quoted(path);
  if (end.timed_out)
    return failed(fmt::format("{} does not come to its end within {} s.", shown, limit.count()),
                  "See what starts with it: sitecustomize.py, .pth files, and PYTHONSTARTUP.");
  if (end.exit_code != 0)
    return failed(
        fmt::format("{} cannot run: it ends with exit code {}.", shown, end.exit_code),
        fmt::format("`{} -c pass` says why; see PYTHONHOME and PYTHONPATH, and its shared libraries.",
                    shown));
  const std::string version = last_word(end.output);
  if (is_too_old(version))
    return warning(
        fmt::format("{} is Python {}.", shown, version),
        fmt::format("Python functions and sm-train's own modules want 3.{} or newer.", oldest_minor));
  return passed(fmt::format("{} is Python {}.", shown, version));
}

std::string site_of(const InterpreterState& state) {
  std::string text = state.is_site_writable        ? "Its site-packages can be written"
                     : state.is_user_site_writable ? "Only its user's site-packages can be written"
                                                   : "Its site-packages cannot be written";
  if (state.is_virtual) text += "; it is a virtual environment";
  if (state.is_externally_managed) text += "; it is marked as externally managed (PEP 668)";
  return text + ".";
}

}  // namespace

PythonNeed need_of_python(const ForeseenProgram& program) {
  if (!is_command(program.kind) || installs_package(program.kind)) return PythonNeed::needed;
  const auto& entries = program.code.layout.entries;
  const bool installs = std::find(entries.begin(), entries.end(), "requirements.txt") != entries.end();
  if (installs) return PythonNeed::needed;
  return program.code.note.empty() ? PythonNeed::none : PythonNeed::unknown;
}

Finding check_interpreter(const Interpreter& python, PythonNeed need, const EnvVars& env,
                          const Interrupt& interrupt) try {
  if (python.path.empty() && need == PythonNeed::none)
    return skipped("There is none, and the program needs none.");
  return run_interpreter(require_python(python), env, interrupt);
} catch (const Error& error) {
  if (!python.path.empty()) throw;
  return need == PythonNeed::needed ? failed(error.failure()) : warning(error.failure());
}

Finding check_installer(const Interpreter& python, const EnvVars& env, const Interrupt& interrupt) {
  const auto uv = find_executable("uv", env);
  if (python.path.empty()) return skipped("There is no interpreter to install for.");
  const InterpreterState state = look_at_interpreter(python.path, {}, {}, env, {}, interrupt);
  if (!uv && !state.has_pip)
    return warning(fmt::format("uv is not on PATH, and {} has no pip.", plain_or_quoted(python.path)),
                   "Put pip (python -m ensurepip) or uv into the image, if code is to have requirements.");
  const std::string has = uv && state.has_pip ? "There are uv and pip" : uv ? "There is uv" : "There is pip";
  return passed(fmt::format("{}. {}", has, site_of(state)));
}

Finding check_installation(const ForeseenProgram& program, const Interpreter& python, const Options& options,
                           const Interrupt& interrupt) {
  if (program.kind == EntryPointKind::framework)
    return skipped("The framework's function has the code installed itself.");
  if (!program.code.note.empty()) return skipped("What the code requires is not known before it is fetched.");
  const Installation planned = foresee_installation(program.kind, program.code.layout, program.code.trees,
                                                    python, options.install, options.environment, interrupt);
  std::vector<std::string> said;
  for (const InstallStep& step : planned.steps)
    said.push_back(fmt::format("{} would be installed by {}.", step.what,
                               step.command.argv.at(1) == "pip" ? "uv" : "pip"));
  for (const std::string& note : planned.notes) said.push_back(note + ".");
  if (said.empty()) said.emplace_back("Nothing is to be installed.");
  return passed(fmt::format("{}", fmt::join(said, " ")));
}

}  // namespace sm_train

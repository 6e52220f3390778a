#include "sm_train/contract/installer_output.hpp"

#include <array>

namespace sm_train {

namespace {

constexpr auto npos = std::string_view::npos;

std::string_view trimmed(std::string_view line) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return line;
}

/// Takes the first line off `text`.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == npos ? text.size() : end + 1);
  return line;
}

std::string_view last_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t start = text.rfind('\n') + 1;  // 0 where there is none
    if (const std::string_view line = trimmed(text.substr(start)); !line.empty()) return line;
    text = text.substr(0, start == 0 ? 0 : start - 1);
  }
  return "";
}

/// pip frames the output of a build that failed: "[12 lines of output]" ... "[end of output]".
std::string build_error(std::string_view text) {
  const std::size_t end = text.rfind("[end of output]");
  return end == npos ? "" : std::string(last_line(text.substr(0, end)));
}

/// pip tells what clashes above its error, a line each.
std::string conflict(std::string_view text) {
  constexpr std::string_view mark = "The conflict is caused by:\n";
  const std::size_t at = text.rfind(mark);
  if (at == npos) return "";
  text.remove_prefix(at + mark.size());
  std::string lines;
  for (std::string_view line = trimmed(next_line(text)); !line.empty(); line = trimmed(next_line(text)))
    lines.append(lines.empty() ? "" : "; ").append(line);
  return lines;
}

/// uv draws a tree: "  x No solution found ...:" with its reason behind a branch below, over some lines.
std::string unresolved(std::string_view text) {
  constexpr std::string_view branch = "╰─▶ ";
  const std::size_t at = text.rfind(branch);
  if (at == npos) return "";
  text.remove_prefix(at + branch.size());
  std::string reason(trimmed(next_line(text)));
  for (std::string_view line = next_line(text); line.starts_with("      "); line = next_line(text))
    reason.append(" ").append(trimmed(line));
  return reason;
}

std::string last_error(std::string_view text) {
  for (const std::string_view mark : {"ERROR: ", "error: "}) {
    const std::size_t at = text.rfind(mark);
    if (at == npos) continue;
    text.remove_prefix(at + mark.size());
    return std::string(trimmed(text.substr(0, text.find('\n'))));
  }
  return "";
}

std::string without_stop(std::string text) {
  while (text.ends_with('.')) text.pop_back();
  return text;
}

std::string find_error(std::string_view stdout_tail, std::string_view stderr_tail) {
  for (const auto find : {conflict, build_error, unresolved, last_error})
    for (const std::string_view text : {stderr_tail, stdout_tail})
      if (std::string error = find(text); !error.empty()) return without_stop(std::move(error));
  for (const std::string_view text : {stderr_tail, stdout_tail})
    if (const std::string_view line = last_line(text); !line.empty()) return without_stop(std::string(line));
  return "it said nothing";
}

constexpr const char* unreachable =
    "The index could not be reached: check the network (network isolation, VPC, proxy), or name an index "
    "that "
    "can be (PIP_INDEX_URL, or UV_DEFAULT_INDEX for uv).";

struct Remedy {
  std::string_view said;
  const char* remedy;
};

constexpr std::array remedies = {
    Remedy{"externally-managed-environment",
           "Outside of a container, use a virtual environment: activate it, or name its interpreter with "
           "--python."},
    Remedy{"externally managed",
           "Outside of a container, use a virtual environment: activate it, or name its interpreter with "
           "--python."},
    Remedy{"connection broken by", unreachable},
    Remedy{"Connection refused", unreachable},
    Remedy{"Name or service not known", unreachable},
    Remedy{"name resolution", unreachable},
    Remedy{"The conflict is caused by:", "Make the requirements agree on one version of what they share."},
    Remedy{"Permission denied", "Install as a user who may write there, or leave the package to the image."},
    Remedy{"No space left on device", "Give the job a larger volume, or the image fewer files."},
    Remedy{"[end of output]", "Correct the package that does not build, or require one that has a wheel."},
    Remedy{"No module named pip", "Put pip (python -m ensurepip) or uv into the image."},
    Remedy{"Invalid requirement", "Correct that line of the requirements file."},
};

const char* find_remedy(std::string_view stdout_tail, std::string_view stderr_tail) {
  for (const Remedy& each : remedies)
    for (const std::string_view text : {stderr_tail, stdout_tail})
      if (text.find(each.said) != npos) return each.remedy;
  return "Correct the requirement, or give the installer an index that has it (PIP_INDEX_URL, or "
         "UV_DEFAULT_INDEX for uv).";
}

/// "a_b-1.0.post1" as "a_b 1.0.post1": a version starts behind the last dash.
std::string as_package(std::string_view name_and_version) {
  const std::size_t dash = name_and_version.rfind('-');
  std::string text(name_and_version);
  return dash == npos ? text : text.replace(dash, 1, " ");
}

std::vector<std::string> installed_by_pip(std::string_view text) {
  constexpr std::string_view mark = "Successfully installed ";
  const std::size_t at = text.rfind(mark);
  std::vector<std::string> packages;
  if (at == npos) return packages;
  text = trimmed(text.substr(at + mark.size(), text.find('\n', at) - at - mark.size()));
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    packages.push_back(as_package(text.substr(0, end)));
    text.remove_prefix(end == npos ? text.size() : end + 1);
  }
  return packages;
}

std::vector<std::string> installed_by_uv(std::string_view text) {
  std::vector<std::string> packages;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    const std::size_t version = line.find("==");
    if (!line.starts_with(" + ") || version == npos) continue;
    packages.push_back(
        std::string(line.substr(3, version - 3)).append(" ").append(trimmed(line.substr(version + 2))));
  }
  return packages;
}

}  // namespace

InstallerError installer_error(std::string_view stdout_tail, std::string_view stderr_tail) {
  return {.what = find_error(stdout_tail, stderr_tail), .remedy = find_remedy(stdout_tail, stderr_tail)};
}

std::vector<std::string> installed_packages(std::string_view stdout_tail, std::string_view stderr_tail) {
  const auto by_pip = installed_by_pip(stdout_tail);
  return by_pip.empty() ? installed_by_uv(stderr_tail) : by_pip;
}

}  // namespace sm_train

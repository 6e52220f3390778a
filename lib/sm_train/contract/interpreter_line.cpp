#include "sm_train/contract/interpreter_line.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

namespace sm_train {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 19> lines = {{
    {".R", "#!/usr/bin/env Rscript"},     {".awk", "#!/usr/bin/awk -f"},
    {".cjs", "#!/usr/bin/env node"},      {".exs", "#!/usr/bin/env elixir"},
    {".groovy", "#!/usr/bin/env groovy"}, {".hs", "#!/usr/bin/env runhaskell"},
    {".jl", "#!/usr/bin/env julia"},      {".js", "#!/usr/bin/env node"},
    {".lua", "#!/usr/bin/env lua"},       {".m", "#!/usr/bin/env octave"},
    {".mjs", "#!/usr/bin/env node"},      {".php", "#!/usr/bin/env php"},
    {".pl", "#!/usr/bin/env perl"},       {".ps1", "#!/usr/bin/env pwsh"},
    {".r", "#!/usr/bin/env Rscript"},     {".rb", "#!/usr/bin/env ruby"},
    {".tcl", "#!/usr/bin/env tclsh"},     {".ts", "#!/usr/bin/env ts-node"},
    {".scala", "#!/usr/bin/env scala"},
}};

}  // namespace

std::string_view interpreter_line(const std::string& program) {
  const std::string extension = std::filesystem::path(program).extension();
  const auto* const found =
      std::find_if(lines.begin(), lines.end(), [&](const auto& line) { return line.first == extension; });
  return found == lines.end() ? std::string_view() : found->second;
}

}  // namespace sm_train

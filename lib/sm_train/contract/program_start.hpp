#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sm_train {

/// How a program's file begins, which is what the kernel and a shell go by.
struct ProgramStart {
  enum class Kind {
    shebang,  ///< `#!`: the kernel starts the interpreter that the first line names
    elf,      ///< a program of Linux, though maybe of another machine
    text,     ///< a shell would read it; an empty file too
    other,    ///< bytes that no shell should read: a program of another system, an archive, UTF-16
  };
  Kind kind = Kind::other;
  std::string shebang;  ///< the first line without its `#!` and the blanks around; a carriage return is kept
};

/// As much of a file as the kernel looks at.
/// Source: BINPRM_BUF_SIZE in the kernel's include/uapi/linux/binfmts.h.
constexpr std::size_t program_start_bytes = 256;

/// `head` is the first `program_start_bytes` of a file, or all of a shorter one.
ProgramStart program_start(std::string_view head);

/// The shebang is that of a file with line ends of Windows, and nothing has the name that it gives its
/// interpreter: "/bin/sh\r", or "/usr/bin/env python3\r".
bool has_dos_shebang(const ProgramStart& start);

}  // namespace sm_train

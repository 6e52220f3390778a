#pragma once

#include <filesystem>
#include <string>

#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Unpacks an archive (tar, plain or compressed with gzip, bzip2, xz or zstd; zip) into `directory`, which
/// must exist and be empty. Entries that would leave it (`..`, an absolute name, through a link) and devices,
/// FIFOs and sockets are refused; modes are kept without setuid, setgid and sticky; owners are not. `name`
/// stands for the archive in messages: a path or a URI. Throws Error{bad_data}; the caller removes what is
/// there.
void extract_archive(const ByteSource& bytes, const std::string& name, const std::filesystem::path& directory,
                     const Interrupt& interrupt = {});

}  // namespace sm_train

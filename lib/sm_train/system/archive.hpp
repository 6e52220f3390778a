#pragma once

#include <filesystem>
#include <string>

#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/tree_limits.hpp"

namespace sm_train {

/// Unpacks an archive (tar, plain or compressed with gzip, bzip2, xz or zstd; zip) into `directory`, which
/// must exist and be empty. Entries that would leave it (`..`, an absolute name, through a link) and devices,
/// FIFOs and sockets are refused; modes are kept without setuid, setgid and sticky; owners are not. `name`
/// stands for the archive in messages: a path or a URI. Throws Error{bad_data} where the archive is cut off,
/// damaged or refused, passes a limit, or is none; cannot_create, denied or io where the directory cannot be
/// filled; what `bytes` throws. The caller removes what is there then. `bytes` are read to their end, so that
/// a source which checks the whole of them has done so. Names are kept byte for byte whatever the locale, but
/// those that a zip marks as UTF-8 come out in normalisation form C. A zip's directory stands at its end: it
/// is first put into a nameless file in `directory`, anything else is unpacked as it comes.
void extract_archive(const ByteSource& bytes, const std::string& name, const std::filesystem::path& directory,
                     const TreeLimits& limits = {}, const Interrupt& interrupt = {});

}  // namespace sm_train

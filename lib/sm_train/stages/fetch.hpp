#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "sm_train/aws/s3.hpp"
#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

using OpenObject = std::function<ByteSource(const S3Uri&, const Interrupt&)>;

/// Puts the user's code into `code`: from `s3://bucket/key` (an archive, or a lone file), a local directory,
/// a local archive, or a local file, with or without `file://`.
///
/// What begins with an archive's bytes is unpacked, whatever its name; what does not, but is named like an
/// archive (.tar.gz, .zip ...), is an error; anything else is a lone file, and keeps its own name (of a key
/// the last segment).
///
/// What is in `code` already stays and is overlaid: directories are merged, anything else gives way to what
/// is new. The new tree is made whole in a hidden directory beside `code` (or inside, where `code` is a mount
/// point) and only then moved, so that an error leaves `code` as it was. `source` equal to `code` itself
/// means that the code is there already.
///
/// Throws Error that names the source: usage (it is no such source, or a directory that holds `code` or lies
/// in it), no_input, bad_data, denied, unavailable, cannot_create, io; and what `interrupt` throws.
void fetch_code(const std::string& source, const std::filesystem::path& code, const Interrupt& interrupt = {},
                const OpenObject& open_object = open_s3_object);

}  // namespace sm_train

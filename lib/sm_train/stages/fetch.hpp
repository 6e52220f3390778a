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
/// a local archive, or a local file, with or without `file://`. What is in `code` already stays and is
/// overlaid. The new tree is made whole beside `code` and only then moved into it, so that an error leaves
/// `code` as it was. `source` equal to `code` itself means that the code is there already. Throws Error that
/// names the source: no_input, bad_data, denied, unavailable, cannot_create, io.
void fetch_code(const std::string& source, const std::filesystem::path& code, const Interrupt& interrupt = {},
                const OpenObject& open_object = open_s3_object);

}  // namespace sm_train

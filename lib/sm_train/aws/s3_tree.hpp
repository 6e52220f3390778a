#pragma once

#include <functional>
#include <string>

#include "sm_train/aws/s3.hpp"

namespace sm_train {

/// Takes an object's bytes, to their end; `name` is what its key has behind the prefix. Called from several
/// threads at the same time, and once more for an object that turns out to be an S3Mismatch.
using TakeObject = std::function<void(const std::string& name, const ByteSource& bytes)>;

/// Gets all objects whose keys begin with that of `prefix`, several at the same time, but for the one whose
/// key is the prefix itself: a console's mark of a folder. The first error ends it: no_input where there is
/// no object, else as open_s3_object says, with the object's URI, or as `take` does.
void get_s3_objects(const S3Uri& prefix, const TakeObject& take, const S3Options& options = {},
                    const Interrupt& interrupt = {});

}  // namespace sm_train

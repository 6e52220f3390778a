#pragma once

#include <string>

#include "sm_train/aws/s3.hpp"

namespace sm_train {

/// What goes wrong in `step` is told with the object's URI before it, wherever that was.
template <typename Step>
auto naming(const std::string& uri, const Step& step) {
  const auto named = [&uri](Failure failure) {
    failure.what.insert(0, uri + ": ");
    return failure;
  };
  try {
    return step();
  } catch (const S3Mismatch& error) {
    throw S3Mismatch(named(error.failure()));
  } catch (const Error& error) {
    throw Error(named(error.failure()));
  }
}

}  // namespace sm_train

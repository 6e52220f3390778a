#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sm_train/aws/s3_client.hpp"

namespace sm_train {

struct ListedObject {
  std::string key;
  std::uint64_t size = 0;  ///< in bytes
};

/// Calls `take` with each object whose key begins with the prefix's, in the service's order, page by page.
/// Throws Error: bad_data where the answer is no listing, and what S3Client::send throws.
/// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
void list_s3_objects(S3Client& client, const S3Uri& prefix, const std::function<void(ListedObject)>& take);

/// The first of them; nothing where there is none. Asks once, and throws as list_s3_objects does.
std::optional<ListedObject> find_first_s3_object(S3Client& client, const S3Uri& prefix);

}  // namespace sm_train

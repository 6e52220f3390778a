#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sm_train/aws/s3_checksum.hpp"
#include "sm_train/aws/s3_client.hpp"

namespace sm_train {

/// What the answer to a GET of a whole object tells of it.
struct S3ObjectFacts {
  std::optional<std::uint64_t> size;  ///< in bytes
  std::string etag;
  bool has_ranges = false;  ///< parts of it can be asked for
  std::optional<ExpectedChecksum> checksum;
};

/// An object, or a part of it, over as many requests as it takes: what breaks off is resumed.
class S3Reader {
 public:
  /// Asks for the whole object, and returns when the first answer is there.
  S3Reader(std::shared_ptr<S3Client> client, S3Uri uri);
  /// The bytes from `begin` to before `end` of the object of which this is known, asked for with the first
  /// read.
  S3Reader(std::shared_ptr<S3Client> client, S3Uri uri, S3ObjectFacts facts, std::uint64_t begin,
           std::uint64_t end);

  const S3ObjectFacts& facts() const { return facts_; }

  /// The bytes from there on are not wanted.
  void stop_at(std::uint64_t end);
  /// For the request that is under way; later ones have the client's.
  void set_interrupt(const Interrupt& interrupt);

  /// The next block, valid until the next call; empty at the end. Throws Error: unavailable, S3Mismatch, and
  /// what S3Client::open throws.
  std::string_view read();

 private:
  void send();
  void accept_whole();
  void accept_rest() const;
  void come_to_end();
  void back_off(const Failure& failure);

  std::shared_ptr<S3Client> client_;
  S3Uri uri_;
  S3ObjectFacts facts_;
  bool is_known_ = false;             // what the facts are
  std::uint64_t offset_ = 0;          // the next byte that is given
  std::optional<std::uint64_t> end_;  // nothing: not told
  std::optional<HttpStream> stream_;
  Retries retries_;
};

}  // namespace sm_train

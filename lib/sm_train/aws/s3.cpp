#include "sm_train/aws/s3.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "sm_train/aws/s3_naming.hpp"
#include "sm_train/aws/s3_reader.hpp"
#include "sm_train/system/read_ahead.hpp"

namespace sm_train {

namespace {

/// Every n-th part of an object, over one connection.
class Lane {
 public:
  Lane(std::shared_ptr<S3Client> client, S3Uri uri, S3ObjectFacts facts, unsigned number)
      : client_(std::move(client)),
        uri_(std::move(uri)),
        facts_(std::move(facts)),
        size_(facts_.size.value()),
        next_(number * part_size()) {}

  /// The reader that has the first part already.
  void begin_with(std::shared_ptr<S3Reader> reader) {
    reader->stop_at(std::min(size_, next_ + part_size()));
    part_ = std::move(reader);
    next_ += stride();
  }

  void set_interrupt(const Interrupt& interrupt) {
    client_->set_interrupt(interrupt);
    if (part_) part_->set_interrupt(interrupt);
  }

  std::string_view next() {
    while (true) {
      if (part_) {
        if (const auto block = part_->read(); !block.empty()) return block;
        part_.reset();
      }
      if (next_ >= size_) return {};
      part_ = std::make_shared<S3Reader>(client_, uri_, facts_, next_, std::min(size_, next_ + part_size()));
      next_ += stride();
    }
  }

 private:
  std::uint64_t part_size() const { return client_->options().part_size; }
  std::uint64_t stride() const { return client_->options().connections * part_size(); }

  std::shared_ptr<S3Client> client_;
  S3Uri uri_;
  S3ObjectFacts facts_;
  std::uint64_t size_;
  std::uint64_t next_;  // where the next part begins
  std::shared_ptr<S3Reader> part_;
};

/// A part of each lane in turn, until one is at its end.
class PartsInOrder {
 public:
  PartsInOrder(std::vector<ByteSource> lanes, std::size_t part_size)
      : lanes_(std::move(lanes)), read_(lanes_.size()), part_size_(part_size), missing_(part_size) {}

  std::string_view next() {
    if (missing_ == 0) {
      current_ = (current_ + 1) % lanes_.size();
      missing_ = part_size_;
    }
    auto& block = read_[current_];
    if (block.empty()) block = lanes_[current_]();
    const auto given = block.substr(0, missing_);
    block.remove_prefix(given.size());
    missing_ -= given.size();
    return given;
  }

 private:
  std::vector<ByteSource> lanes_;
  std::vector<std::string_view> read_;  // of each lane what was read and belongs to a later part
  std::size_t part_size_;
  std::size_t current_ = 0;
  std::size_t missing_;  // of the current part
};

ByteSource in_parallel(const std::shared_ptr<S3Reader>& first, const std::shared_ptr<S3Client>& client,
                       const S3Uri& uri, const Interrupt& interrupt) {
  const auto& options = client->options();
  const auto parts = (*first->facts().size + options.part_size - 1) / options.part_size;
  const auto count = static_cast<unsigned>(std::min<std::uint64_t>(options.connections, parts));
  std::vector<std::shared_ptr<Lane>> lanes;
  for (unsigned number = 0; number < count; ++number) {
    auto own = number == 0 ? client : std::make_shared<S3Client>(client->on_another_thread());
    lanes.push_back(std::make_shared<Lane>(std::move(own), uri, first->facts(), number));
  }
  lanes.front()->begin_with(first);

  std::vector<ByteSource> sources;
  sources.reserve(count);
  for (const auto& lane : lanes)
    sources.push_back(read_ahead(
        [lane](const Interrupt& stop) {
          lane->set_interrupt(stop);
          return [lane] { return lane->next(); };
        },
        options.part_size, interrupt));
  auto parts_in_order = std::make_shared<PartsInOrder>(std::move(sources), options.part_size);
  return [parts_in_order] { return parts_in_order->next(); };
}

bool is_worth_parts(const S3ObjectFacts& facts, const S3Options& options) {
  return facts.size > options.single_request_size && facts.has_ranges && !facts.etag.empty() &&
         options.connections > 1;
}

}  // namespace

S3Object open_s3_object(const S3Uri& uri, const S3Options& options, const Interrupt& interrupt) {
  const auto name = to_string(uri);
  return naming(name, [&] {
    auto client = std::make_shared<S3Client>(options, interrupt);
    auto reader = std::make_shared<S3Reader>(client, uri);
    const auto facts = reader->facts();
    ByteSource bytes = is_worth_parts(facts, options) ? in_parallel(reader, client, uri, interrupt)
                                                      : [reader] { return reader->read(); };
    if (facts.checksum) bytes = verified(std::move(bytes), *facts.checksum);
    return S3Object{.bytes = [=] { return naming(name, bytes); }, .size = facts.size};
  });
}

}  // namespace sm_train

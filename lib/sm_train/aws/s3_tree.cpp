#include "sm_train/aws/s3_tree.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "sm_train/aws/s3_listing.hpp"
#include "sm_train/aws/s3_naming.hpp"
#include "sm_train/aws/s3_reader.hpp"
#include "sm_train/system/task_pool.hpp"

namespace sm_train {

namespace {

// A small object is mostly waiting.
constexpr unsigned connections = 32;

void get_object(const std::shared_ptr<S3Client>& client, const S3Uri& uri, const std::string& name,
                const TakeObject& take) {
  const std::string source = to_string(uri);
  S3Reader reader = naming(source, [&] { return S3Reader(client, uri); });
  const ByteSource bytes = [&] { return reader.read(); };
  const auto& checksum = reader.facts().checksum;
  const ByteSource whole = checksum ? verified(bytes, *checksum) : bytes;
  // What `take` finds wrong it tells in its own words.
  take(name, [&] { return naming(source, whole); });
}

}  // namespace

void get_s3_objects(const S3Uri& prefix, const TakeObject& take, const S3Options& options,
                    const Interrupt& interrupt) {
  std::vector<std::shared_ptr<S3Client>> clients;
  TaskPool pool(connections, interrupt);
  const auto get_later = [&](const std::string& key) {
    pool.post([&, uri = S3Uri{.bucket = prefix.bucket, .key = key}](unsigned thread, const Interrupt& stop) {
      const auto& client = clients[thread];
      client->set_interrupt(stop);
      const auto name = uri.key.substr(prefix.key.size());
      try {
        get_object(client, uri, name, take);
      } catch (const S3Mismatch&) {
        get_object(client, uri, name, take);
      }
    });
  };
  S3Client client = naming(to_string(prefix), [&] { return S3Client(options, interrupt); });
  list_s3_objects(client, prefix, [&](const ListedObject& object) {
    // With the first page region and clock are right.
    while (clients.size() < connections)
      clients.push_back(std::make_shared<S3Client>(client.on_another_thread()));
    if (object.key != prefix.key) get_later(object.key);
  });
  pool.finish();
  if (clients.empty())
    throw Error({.cause = Cause::no_input,
                 .what = to_string(prefix) + ": no object has a key that begins so",
                 .remedy = "Check the bucket and the prefix, upper and lower case too."});
}

}  // namespace sm_train

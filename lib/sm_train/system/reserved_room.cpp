#include "sm_train/system/reserved_room.hpp"

#include <fcntl.h>

namespace sm_train {

ReservedRoom::ReservedRoom(const std::filesystem::path& directory, std::uint64_t bytes)
    : file_(open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600)) {
  // Not posix_fallocate(), which writes all of it where the file system knows no better.
  if (file_.get() >= 0 && fallocate(file_.get(), 0, 0, static_cast<off_t>(bytes)) != 0) file_.reset();
}

}  // namespace sm_train

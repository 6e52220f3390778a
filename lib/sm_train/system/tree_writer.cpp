#include "sm_train/system/tree_writer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/system/files.hpp"

namespace sm_train {

namespace {

constexpr std::size_t max_name = 4095;  // PATH_MAX: a longer one could be made, and never be opened
constexpr std::size_t max_depth =
    256;                          // no project is that deep, and removing a tree takes a descriptor a level
constexpr int max_symlinks = 40;  // where Linux gives up too
constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return parts;
}

/// By the name alone; links on the way are another matter.
bool leads_out(std::string_view name) {
  const std::vector<std::string> parts = split(name);
  return name.starts_with('/') || std::find(parts.begin(), parts.end(), "..") != parts.end();
}

std::string joined(const std::deque<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, "/"));
}

std::array<timespec, 2> times_of(const EntryAttributes& attributes) {
  return {attributes.modified, attributes.modified};
}

}  // namespace

TreeWriter::TreeWriter(const std::filesystem::path& directory, std::string source, std::string remedy,
                       std::size_t max_remembered_bytes)
    : root_(std::make_shared<UniqueFd>(::open(directory.c_str(), directory_flags))),
      source_(std::move(source)),
      remedy_(std::move(remedy)),
      last_parent_(root_),
      max_remembered_bytes_(max_remembered_bytes) {
  if (!*root_) throw Error(errno_failure(errno, Access::write, "make files in " + directory.native()));
}

void TreeWriter::add_directory(const std::string& name, const EntryAttributes& attributes) {
  if (!name.starts_with('/') && split(name).empty()) return;  // "./": the target has a mode of its own
  const Place place = make_place(name);
  if (::mkdirat(place.parent->get(), place.name.c_str(), 0700) != 0 && errno != EEXIST) fail(name, errno);
  open_directory(place.parent, place.name, name);
  if (!directories_.contains(place.path)) remember(name, place.path.size());
  directories_[place.path] = attributes;
}

UniqueFd TreeWriter::add_file(const std::string& name) {
  const Place place = make_place(name);
  const auto create = [&place] {
    return UniqueFd(::openat(place.parent->get(), place.name.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  };
  UniqueFd file = create();
  if (!file && errno == EEXIST) {
    clear_place(place, name);
    file = create();
  }
  if (!file) fail(name, errno);
  return file;
}

void TreeWriter::write_file(const std::string& name, const UniqueFd& file, std::string_view bytes,
                            std::uint64_t offset) const {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail(name, errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
}

void TreeWriter::finish_file(const std::string& name, const UniqueFd& file,
                             const EntryAttributes& attributes) const {
  if (::fchmod(file.get(), attributes.mode & 0777U) != 0 ||
      ::futimens(file.get(), times_of(attributes).data()) != 0)
    fail(name, errno);
}

void TreeWriter::add_symlink(const std::string& name, const std::string& target,
                             const EntryAttributes& attributes) {
  const Place place = make_place(name);
  clear_place(place, name);
  remember(name, place.path.size() + target.size());
  if (::symlinkat(target.c_str(), place.parent->get(), place.name.c_str()) != 0) fail(name, errno);
  symlinks_[place.path] = target;
  if (::utimensat(place.parent->get(), place.name.c_str(), times_of(attributes).data(),
                  AT_SYMLINK_NOFOLLOW) != 0)
    fail(name, errno);
}

void TreeWriter::add_hard_link(const std::string& name, const std::string& target) {
  if (leads_out(target))
    refuse(name, fmt::format("it is a hard link to {}, which leads out of the target directory",
                             in_quotes(target)));
  const Place from = find_place(target);
  struct stat status = {};
  if (::fstatat(from.parent->get(), from.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(status.st_mode))
    refuse(name, fmt::format("it is a hard link to {}, which is no file of the archive", in_quotes(target)));
  const Place place = make_place(name);
  if (place.path == from.path) return;
  clear_place(place, name);
  if (::linkat(from.parent->get(), from.name.c_str(), place.parent->get(), place.name.c_str(), 0) != 0)
    fail(name, errno);
}

void TreeWriter::finish(const Interrupt& interrupt) {
  for (const auto& [link, target] : symlinks_) {
    interrupt.check();
    if (!stays_inside(symlinks_, link))
      refuse(link, fmt::format("it is a symlink to {}, which leads out of the target directory",
                               in_quotes(target)));
  }
  // Backwards, what is in a directory comes before it.
  for (auto entry = directories_.rbegin(); entry != directories_.rend(); ++entry) {
    interrupt.check();
    const auto& [path, attributes] = *entry;
    const Place place = find_place(path);
    const Directory directory = open_directory(place.parent, place.name, path);
    finish_file(path, *directory, attributes);
  }
}

void TreeWriter::refuse(std::string_view name, std::string_view why) const {
  throw Error({.cause = Cause::bad_data,
               .what = fmt::format("{}: entry {} is refused: {}", source_, in_quotes(name), why),
               .remedy = remedy_});
}

void TreeWriter::fail(std::string_view name, int error) const {
  throw Error(errno_failure(error, Access::write, fmt::format("make {} of {}", in_quotes(name), source_)));
}

std::vector<std::string> TreeWriter::components(const std::string& name) const {
  // What follows it the kernel would not see, and what is before it could then be "..".
  if (name.find('\0') != std::string::npos) refuse(name, "its name holds a zero byte");
  if (name.starts_with('/')) refuse(name, "its name is absolute");
  std::vector<std::string> parts = split(name);
  for (const std::string& part : parts)
    if (part == "..") refuse(name, "its name holds \"..\"");
  if (parts.empty()) refuse(name, "it has no name");
  if (parts.size() > max_depth || name.size() > max_name) refuse(name.substr(0, 64), "its name is too long");
  return parts;
}

TreeWriter::Place TreeWriter::find_place(const std::string& name,
                                         const std::function<void(const Place&)>& on_parent) {
  const std::vector<std::string> parts = components(name);
  const std::string path = fmt::format("{}", fmt::join(parts, "/"));
  const std::string parent_path =
      path.substr(0, path.size() - std::min(path.size(), parts.back().size() + 1));
  if (parent_path != last_parent_path_) {
    last_parent_ = walk(parts, name, on_parent);
    last_parent_path_ = parent_path;
  }
  return {.parent = last_parent_, .name = parts.back(), .path = path};
}

TreeWriter::Directory TreeWriter::walk(const std::vector<std::string>& parts, const std::string& name,
                                       const std::function<void(const Place&)>& on_parent) const {
  Place place = {.parent = root_, .name = parts.front(), .path = parts.front()};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (on_parent) on_parent(place);
    place.parent = open_directory(place.parent, place.name, name);
    place.name = parts[i];
    place.path += "/" + parts[i];
  }
  return place.parent;
}

TreeWriter::Place TreeWriter::make_place(const std::string& name) {
  return find_place(name, [&](const Place& parent) {
    if (::mkdirat(parent.parent->get(), parent.name.c_str(), 0700) == 0) {
      remember(name, parent.path.size());
      directories_.emplace(parent.path, EntryAttributes{});
      ++made_parents_;
    } else if (errno != EEXIST)
      fail(name, errno);
  });
}

TreeWriter::Directory TreeWriter::open_directory(const Directory& parent, const std::string& component,
                                                 const std::string& name) const {
  auto directory =
      std::make_shared<const UniqueFd>(::openat(parent->get(), component.c_str(), directory_flags));
  if (*directory) return directory;
  const int error = errno;
  // Linux says ENOTDIR of a symlink that is not followed, as of a file.
  if (error == ENOTDIR || error == ELOOP)
    refuse(name, fmt::format("an earlier entry made {} a file or a symlink, and not a directory",
                             in_quotes(component)));
  if (error == ENOENT) refuse(name, fmt::format("there is no {} in the archive", in_quotes(component)));
  fail(name, error);
}

void TreeWriter::clear_place(const Place& place, const std::string& name) {
  if (const auto symlink = symlinks_.find(place.path); symlink != symlinks_.end()) {
    remembered_bytes_ -= symlink->first.size() + symlink->second.size();
    symlinks_.erase(symlink);
  }
  if (::unlinkat(place.parent->get(), place.name.c_str(), 0) == 0 || errno == ENOENT) return;
  if (errno == EISDIR) refuse(name, "an earlier entry of that name is a directory");
  fail(name, errno);
}

/// Makes room for that many bytes more, of the entry `name`.
void TreeWriter::remember(const std::string& name, std::size_t bytes) {
  if (bytes > max_remembered_bytes_ - remembered_bytes_)
    throw Error(
        {.cause = Cause::bad_data,
         .what = fmt::format("{}: the names of its directories and symlinks, with the targets of those, "
                             "have more than {} bytes, which is the limit: entry {} is one too many",
                             source_, max_remembered_bytes_, in_quotes(name)),
         .remedy = "Leave out directories and symlinks that the job does not need."});
  remembered_bytes_ += bytes;
}

bool stays_inside(const std::map<std::string, std::string>& symlinks, const std::string& link) {
  std::deque<std::string> to_walk = {};
  std::deque<std::string> at = {};
  for (std::string& part : split(link)) to_walk.push_back(std::move(part));
  for (int followed = 0; !to_walk.empty();) {
    const std::string part = std::move(to_walk.front());
    to_walk.pop_front();
    if (part == "..") {
      if (at.empty()) return false;
      at.pop_back();
      continue;
    }
    at.push_back(part);
    const auto found = symlinks.find(joined(at));
    if (found == symlinks.end()) continue;
    if (found->second.starts_with('/')) return false;
    if (++followed > max_symlinks) return true;
    at.pop_back();
    const std::vector<std::string> target = split(found->second);
    to_walk.insert(to_walk.begin(), target.begin(), target.end());
  }
  return true;
}

}  // namespace sm_train

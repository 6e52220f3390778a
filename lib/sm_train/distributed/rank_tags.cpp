#include "sm_train/distributed/rank_tags.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <optional>

#include <fmt/format.h>

namespace sm_train {

namespace {

constexpr std::size_t longest_tag = 40;

struct Tag {
  std::string_view text;  ///< "[1,3]<stdout>:"
  std::string_view job;
  std::string_view rank;
  std::string_view stream;  ///< "<stdout>:"
};

enum class Seen { tag, none, beginning };

struct Look {
  Seen seen = Seen::none;
  Tag tag = {};
};

std::size_t digits_at(std::string_view text, std::size_t start) {
  std::size_t end = start;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return end;
}

/// What stands at the beginning of `text`.
Look look_for_tag(std::string_view text) {
  const Look beginning = {.seen = text.size() < longest_tag ? Seen::beginning : Seen::none};
  if (text.empty()) return beginning;
  if (text.front() != '[') return {};
  const std::size_t job_end = digits_at(text, 1);
  if (job_end == text.size()) return beginning;
  if (job_end == 1 || text[job_end] != ',') return {};
  const std::size_t rank_end = digits_at(text, job_end + 1);
  if (rank_end == text.size()) return beginning;
  if (rank_end == job_end + 1 || text[rank_end] != ']') return {};
  const std::string_view rest = text.substr(rank_end + 1);
  constexpr std::array<std::string_view, 3> streams = {"<stdout>:", "<stderr>:", "<stddiag>:"};
  for (const std::string_view stream : streams) {
    if (rest.starts_with(stream))
      return {.seen = Seen::tag,
              .tag = {.text = text.substr(0, rank_end + 1 + stream.size()),
                      .job = text.substr(1, job_end - 1),
                      .rank = text.substr(job_end + 1, rank_end - job_end - 1),
                      .stream = stream}};
    if (stream.starts_with(rest)) return beginning;
  }
  return {};
}

}  // namespace

/// `tag` is one, or empty.
void RankTags::begin_line(std::string_view tag, std::string& written) {
  tag_of_line_ = tag;
  is_inside_line_ = true;
  rank_of_line_ = RankTails::of_mpirun;
  if (tag.empty()) return;
  const Tag parts = look_for_tag(tag).tag;
  // It stays where the number is too large for any.
  std::from_chars(parts.rank.data(), parts.rank.data() + parts.rank.size(), rank_of_line_);
  const std::string host = host_of_rank_(rank_of_line_);
  written += host.empty() ? std::string(tag)
                          : fmt::format("[{},mpirank:{},{}]{}", parts.job, parts.rank, host, parts.stream);
}

std::string RankTags::rewrite(std::string_view bytes, bool is_end) {
  held_back_ += bytes;
  std::string written;
  std::string_view rest = held_back_;
  while (!rest.empty()) {
    if (!is_inside_line_ || (!tag_of_line_.empty() && rest.front() == '[')) {
      const Look look = look_for_tag(rest);
      if (look.seen == Seen::beginning && !is_end) break;
      const std::string_view tag = look.tag.text;
      rest.remove_prefix(tag.size());
      if (!is_inside_line_) {
        begin_line(tag, written);
        continue;
      }
      if (look.seen == Seen::tag) {
        if (tag == tag_of_line_) continue;
        written += '\n';
        tails_.add(rank_of_line_, "\n");
        begin_line(tag, written);
        continue;
      }
    }
    const std::size_t stop = rest.find_first_of("\n[", rest.front() == '[' ? 1 : 0);
    const std::size_t end = stop == std::string_view::npos ? rest.size()
                            : rest[stop] == '\n'           ? stop + 1
                                                           : stop;
    const std::string_view piece = rest.substr(0, end);
    written += piece;
    tails_.add(rank_of_line_, piece);
    is_inside_line_ = piece.back() != '\n';
    rest.remove_prefix(end);
  }
  held_back_ = std::string(rest);
  return written;
}

}  // namespace sm_train

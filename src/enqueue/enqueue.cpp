#include "enqueue/enqueue.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "intake/file_stream.hpp"

namespace payferry::enqueue {
namespace {

std::string absolute(const std::string& list) {
  std::error_code failed;
  const std::filesystem::path path = std::filesystem::absolute(list, failed);
  return failed || list == "-" ? list : path.lexically_normal().string();
}

std::vector<std::string> dropped(const intake::Header& header) {
  std::vector<std::string> names;
  for (const intake::Column& column : header.columns)
    if (column.role == intake::Role::other) names.push_back(column.name);
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Of what is not packed, and so tells how far it is; else 0.
std::uint64_t size_of(intake::CsvLines& lines, const std::string& list) {
  const Result<bool> plain = lines.seek(lines.position());
  std::error_code failed;
  const std::uintmax_t size = plain && *plain ? std::filesystem::file_size(list, failed) : 0;
  return failed ? 0 : size;
}

}  // namespace

Result<std::unique_ptr<Enqueue>> Enqueue::open(const settings::Settings& settings, Options options,
                                               telemetry::Log& log) {
  options.list = absolute(options.list);
  std::unique_ptr<Enqueue> made(new Enqueue(settings, std::move(options), log));
  if (const Result<void> opened = made->open_list(); !opened) return opened.error();
  return made;
}

Result<void> Enqueue::open_list() {
  const std::string name = options_.list == "-" ? "standard input" : options_.list;
  Result<intake::OpenedFile> file = intake::open_file(options_.list);
  if (!file) return file.error();
  Result<intake::CsvLines> lines = intake::CsvLines::open(std::move(file->bytes), name, settings_.target);
  if (!lines) return lines.error();
  lines_ = std::move(*lines);
  const std::filesystem::path beside = options_.list == "-" ? settings_.file.parent_path() / settings_.job
                                                            : std::filesystem::path(options_.list);
  const std::filesystem::path rejects =
      options_.rejects_file.empty() ? rejects_beside(beside) : std::filesystem::path(options_.rejects_file);
  subject_ = {settings_.job, options_.list, settings_.source.amqp.queue, rejects.string(),
              dropped(lines_->header())};
  rejects_.emplace(rejects, lines_->header().own);
  if (!file->identity.empty()) size_ = size_of(*lines_, options_.list);
  Result<Bookmark> from = begin(file->identity);
  if (!from) return from.error();
  keeper_.emplace(std::move(bookmark_), *rejects_, std::move(*from));
  sender_.emplace(settings_, options_.window, *keeper_, log_);
  return {};
}

// Where it begins. What has no identity begins at its start each time.
Result<Bookmark> Enqueue::begin(const std::string& identity) {
  Bookmark from = begin_anew(identity);
  if (!identity.empty()) {
    Result<BookmarkFile> file = BookmarkFile::open(settings_, options_.list);
    if (!file) return file.error();
    bookmark_.emplace(std::move(*file));
  }
  if (bookmark_ && !options_.again) {
    Result<Bookmark> known = look_up(std::move(from));
    if (!known) return known.error();
    from = std::move(*known);
  }
  if (from.complete) {
    ended_before_ = Ending{from.mark.rejected > 0 ? Outcome::failures : Outcome::complete, ""};
    return from;
  }
  if (const Result<void> prepared = prepare(from); !prepared) return prepared.error();
  return from;
}

// What is kept, if it is of this list as it is now.
Result<Bookmark> Enqueue::look_up(Bookmark anew) {
  Result<std::optional<Bookmark>> kept = bookmark_->read();
  if (!kept) return kept.error();
  if (!*kept) return anew;
  if ((*kept)->identity == anew.identity && (*kept)->header == anew.header) return std::move(**kept);
  log_.warn("list_begins_anew", {{"list", options_.list}, {"reason", "its size, time or content changed"}});
  return anew;
}

// The rejects of an earlier time go only when nothing says any more that they are there.
Result<void> Enqueue::prepare(const Bookmark& from) {
  if (Result<void> checked = rejects_->check(); !checked) return checked;
  if (bookmark_ && from.mark == Mark{}) {
    if (Result<void> written = bookmark_->write(from); !written) return written;
  }
  if (Result<void> begun = rejects_->begin(from.rejects_size); !begun) return begun;
  if (from.mark.place.lines > 0)
    log_.info("list_goes_on", {{"list", options_.list}, {"line", from.mark.place.line}});
  if (!subject_.dropped_columns.empty())
    log_.warn("columns_dropped", {{"columns", joined(subject_.dropped_columns)},
                                  {"message", "a message has no place for these"}});
  return {};
}

Bookmark Enqueue::begin_anew(const std::string& identity) const {
  Bookmark bookmark;
  bookmark.identity = identity;
  bookmark.header = lines_->header().digest;
  return bookmark;
}

Ending Enqueue::run() {
  Feed feed(std::move(*lines_), settings_.target, keeper_->kept().mark.place, [this] { sender_->wake(); });
  return sender_->run(feed);
}

Standing Enqueue::standing() const {
  Standing now = sender_->standing();
  now.size = size_;
  return now;
}

}  // namespace payferry::enqueue

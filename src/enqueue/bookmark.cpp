#include "enqueue/bookmark.hpp"

#include <fcntl.h>
#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "core/digest.hpp"
#include "report/atomic_file.hpp"

namespace payferry::enqueue {
namespace {

constexpr const char* kVersion = "payferry_enqueue";
constexpr unsigned kThisVersion = 1;

struct NumberField {
  const char* name;
  std::uint64_t& value;
};

template <class Mark_>
auto numbers_of(Mark_& bookmark) {
  return std::to_array<NumberField>({{"offset", bookmark.mark.place.offset},
                                     {"line", bookmark.mark.place.line},
                                     {"lines", bookmark.mark.place.lines},
                                     {"confirmed", bookmark.mark.confirmed},
                                     {"rejected", bookmark.mark.rejected},
                                     {"rejects_size", bookmark.rejects_size}});
}

bool take_text(const rapidjson::Document& document, const char* name, std::string& text) {
  const auto found = document.FindMember(name);
  if (found == document.MemberEnd() || !found->value.IsString()) return false;
  text.assign(found->value.GetString(), found->value.GetStringLength());
  return true;
}

bool take_number(const rapidjson::Document& document, const NumberField& field) {
  const auto found = document.FindMember(field.name);
  if (found == document.MemberEnd() || !found->value.IsUint64()) return false;
  field.value = found->value.GetUint64();
  return true;
}

Error refuse(const std::filesystem::path& path, const std::string& what) {
  return make_error(Errc::ledger, path.string() + ": " + what);
}

std::filesystem::path path_of(const settings::Settings& settings, const std::string& list) {
  const settings::AmqpSettings& queue = settings.source.amqp;
  const std::string which =
      to_hex(sha256_of({queue.host, std::to_string(queue.port), queue.vhost, queue.queue, list}));
  return settings.beside.string() + ".enqueue-" + which.substr(0, 16) + ".json";
}

Result<void> make_folder(const std::filesystem::path& path) {
  std::error_code failed;
  const std::filesystem::path folder = path.parent_path();
  if (std::filesystem::exists(folder, failed)) return {};
  std::filesystem::create_directories(folder, failed);
  if (failed) return refuse(path, "its folder cannot be made: " + failed.message());
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  return {};
}

}  // namespace

std::string to_json(const Bookmark& bookmark, const std::string& list, const std::string& queue) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  const auto text = [&writer](const char* name, const std::string& value) {
    writer.Key(name);
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  Bookmark copy = bookmark;
  writer.StartObject();
  writer.Key(kVersion);
  writer.Uint(kThisVersion);
  text("list", list);
  text("queue", queue);
  text("identity", bookmark.identity);
  text("header", bookmark.header);
  for (const NumberField& field : numbers_of(copy)) {
    writer.Key(field.name);
    writer.Uint64(field.value);
  }
  writer.Key("complete");
  writer.Bool(bookmark.complete);
  writer.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

std::optional<Bookmark> bookmark_from(const std::string& json) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) return std::nullopt;
  Bookmark bookmark;
  std::uint64_t version = 0;
  if (!take_number(document, {kVersion, version}) || version != kThisVersion) return std::nullopt;
  if (!take_text(document, "identity", bookmark.identity)) return std::nullopt;
  if (!take_text(document, "header", bookmark.header)) return std::nullopt;
  for (const NumberField& field : numbers_of(bookmark)) {
    if (!take_number(document, field)) return std::nullopt;
  }
  const auto complete = document.FindMember("complete");
  if (complete == document.MemberEnd() || !complete->value.IsBool()) return std::nullopt;
  bookmark.complete = complete->value.GetBool();
  return bookmark;
}

Result<BookmarkFile> BookmarkFile::open(const settings::Settings& settings, const std::string& list) {
  const std::filesystem::path path = path_of(settings, list);
  if (const Result<void> made = make_folder(path); !made) return made.error();
  const std::string lock = path.string() + ".lock";
  const int descriptor = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return refuse(lock, "cannot be made: " + std::generic_category().message(errno) + "; nothing was sent");
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor);
    return refuse(path, "another `payferry enqueue` is putting this list into this queue; nothing was sent");
  }
  return BookmarkFile(path, descriptor, list, settings.source.amqp.queue);
}

BookmarkFile::BookmarkFile(BookmarkFile&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      list_(std::move(other.list_)),
      queue_(std::move(other.queue_)) {}

BookmarkFile::~BookmarkFile() {
  if (lock_ >= 0) ::close(lock_);
}

Result<std::optional<Bookmark>> BookmarkFile::read() const {
  std::error_code failed;
  const bool there = std::filesystem::exists(path_, failed);
  if (failed) return refuse(path_, failed.message());
  if (!there) return std::optional<Bookmark>();
  std::ifstream file(path_, std::ios::binary);
  const std::string json{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::optional<Bookmark> bookmark = bookmark_from(json);
  if (!bookmark)
    return refuse(path_,
                  "is damaged, or of another version: how far the list had come is not known. Nothing was "
                  "sent; --again sends all of it");
  return bookmark;
}

Result<void> BookmarkFile::write(const Bookmark& bookmark) const {
  const Result<void> written = report::write_atomically(path_, to_json(bookmark, list_, queue_), 0600);
  if (!written) return make_error(Errc::ledger, written.error().message);
  return {};
}

}  // namespace payferry::enqueue

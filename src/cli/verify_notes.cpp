#include "cli/verify_notes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include "report/csv_file.hpp"

namespace payferry::cli {
namespace {

constexpr std::string_view kCommit = "commit";

Error cannot(const std::filesystem::path& path) {
  return make_error(Errc::io, path.string() + ": cannot be written: " + std::strerror(errno));
}

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream in{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// Ids hold no blanks, so that a finding's kind is found before its record.
std::string finding_line(const pipeline::Finding& finding) {
  const plan::Mismatch& mismatch = finding.mismatch;
  return "found " + mismatch.kind + " " +
         report::csv_record({mismatch.kind, finding.account, finding.customer, finding.target_customer,
                             mismatch.payment_method, mismatch.clone_id, mismatch.expected, mismatch.found});
}

std::string text_of(const pipeline::VerifyBatch& batch) {
  std::string text;
  for (const auto& [target, clones] : batch.done)
    text += "done " + batch.account + " " + target + " " + std::to_string(clones) + "\n";
  if (batch.account_lost) text += "lost " + batch.account + "\n";
  if (!batch.cursor.empty()) text += "cursor " + batch.account + " " + batch.cursor + "\n";
  for (const pipeline::Finding& finding : batch.findings) text += finding_line(finding);
  return text.append(kCommit).append("\n");
}

}  // namespace

VerifyNotes::VerifyNotes(std::filesystem::path path, std::unique_ptr<std::FILE, Close> file)
    : path_(std::move(path)), file_(std::move(file)) {}

Result<VerifyNotes> VerifyNotes::open(std::filesystem::path path, const std::string& title, bool anew) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return cannot(path);
  std::unique_ptr<std::FILE, Close> file(::fdopen(descriptor, "r+"));
  VerifyNotes notes(std::move(path), std::move(file));
  const Result<void> loaded = notes.load(title, anew);
  if (!loaded) return loaded.error();
  return notes;
}

// Counts what was committed, and cuts off what was not.
Result<void> VerifyNotes::load(const std::string& title, bool anew) {
  std::ifstream in(path_);
  std::string line;
  off_t committed = 0;
  if (!anew && std::getline(in, line) && line == title && !in.eof()) committed = in.tellg();
  std::vector<std::string> batch;
  while (committed > 0 && std::getline(in, line) && !in.eof()) {
    batch.push_back(line);
    if (line != kCommit) continue;
    for (const std::string& one : batch) count(one);
    batch.clear();
    committed = in.tellg();
  }
  if (::ftruncate(::fileno(file_.get()), committed) != 0) return cannot(path_);
  std::fseek(file_.get(), 0, SEEK_END);
  if (committed == 0) std::fprintf(file_.get(), "%s\n", title.c_str());
  if (std::fflush(file_.get()) != 0) return cannot(path_);
  return {};
}

void VerifyNotes::count(std::string_view line) {
  const std::vector<std::string> words = words_of(line);
  if (words.size() < 2) return;
  if (words[0] == "done" && words.size() == 4) {
    ++customers_;
    clones_ += std::strtoull(words[3].c_str(), nullptr, 10);
  }
  if (words[0] == "cursor" && words.size() == 3) cursors_[words[1]] = words[2];
  if (words[0] == "found") ++by_kind_[words[1]];
}

Result<void> VerifyNotes::append(const pipeline::VerifyBatch& batch) {
  const std::string text = text_of(batch);
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() || std::fflush(file_.get()) != 0 ||
      ::fdatasync(::fileno(file_.get())) != 0)
    return cannot(path_);
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) count(line);
  return {};
}

void VerifyNotes::remove() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

void VerifyNotes::for_each_line(const std::function<void(std::string_view)>& take) const {
  std::ifstream in(path_);
  for (std::string line; std::getline(in, line);) take(line);
}

void VerifyNotes::for_each_settled(const std::function<void(const Settled&)>& take) const {
  for_each_line([&](std::string_view line) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() == 4 && words[0] == "done") take({words[1], words[2]});
    if (words.size() == 2 && words[0] == "lost") take({words[1], ""});
  });
}

void VerifyNotes::for_each_finding(const std::function<void(const std::string&)>& take) const {
  for_each_line([&](std::string_view line) {
    if (!line.starts_with("found ")) return;
    const std::size_t record = line.find(' ', 6);
    if (record != std::string_view::npos) take(std::string(line.substr(record + 1)) + "\n");
  });
}

}  // namespace payferry::cli

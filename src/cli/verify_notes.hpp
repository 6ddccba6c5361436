#pragma once

#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "pipeline/verification.hpp"

namespace payferry::cli {

// How far a verification has come, in a file beside the ledger, so that one that was cut off goes on: a line
// a settled customer, a finding or a cursor; only what stands before a `commit` line counts.
class VerifyNotes {
 public:
  struct Settled {
    std::string account;
    std::string target_customer;  // empty: the whole account, which was lost
  };

  // Goes on with the file where its first line is `title` (what is verified, and how); begins anew where it
  // says something else, or `anew`. Errors: io.
  static Result<VerifyNotes> open(std::filesystem::path path, const std::string& title, bool anew);

  // Durable when it returns. Errors: io.
  Result<void> append(const pipeline::VerifyBatch& batch);
  // Nothing more is to be gone on with.
  void remove();

  bool goes_on() const { return customers_ > 0; }
  std::uint64_t customers() const { return customers_; }
  std::uint64_t clones() const { return clones_; }
  const std::map<std::string, std::string>& cursors() const { return cursors_; }
  const std::map<std::string, std::uint64_t>& by_kind() const { return by_kind_; }
  // What earlier runs settled, and every finding as a CSV record, in the order in which they came.
  void for_each_settled(const std::function<void(const Settled&)>& take) const;
  void for_each_finding(const std::function<void(const std::string&)>& take) const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  VerifyNotes(std::filesystem::path path, std::unique_ptr<std::FILE, Close> file);
  Result<void> load(const std::string& title, bool anew);
  void count(std::string_view line);
  void for_each_line(const std::function<void(std::string_view)>& take) const;

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::map<std::string, std::string> cursors_;
  std::map<std::string, std::uint64_t> by_kind_;
  std::uint64_t customers_ = 0;
  std::uint64_t clones_ = 0;
};

}  // namespace payferry::cli

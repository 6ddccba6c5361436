#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failing_disk.hpp"
#include "ledger/check.hpp"
#include "ledger/files.hpp"
#include "opened.hpp"

// A disk that fails, a file that is not what it was: words that say what is safe, and nothing is taken any
// more.
namespace payferry::ledger {
namespace {

using payferry::test::TempFolder;
using test::FailingDisk;

class DamageTest : public test::LedgerTest {
 protected:
  // Three items that have been cloned, one commit after another.
  std::int64_t fill(int items = 3) {
    const std::int64_t input = begin();
    for (int i = 0; i < items; ++i)
      admit(input, {entry("cus_" + std::to_string(i), "pm_" + std::to_string(i))});
    return input;
  }
  Result<std::int64_t> try_to_intend(std::int64_t id = 1) {
    Item item;
    item.id = id;
    return ask(ledger_->intend(intent_for(item, Step::clone), {}));
  }
  void expect_refusal(const Error& error, const std::string& said) {
    EXPECT_EQ(error.code, Errc::ledger);
    EXPECT_NE(error.message.find(said), std::string::npos) << error.message;
    EXPECT_NE(error.message.find(path_.string()), std::string::npos) << error.message;
  }
  static std::int64_t number(const std::filesystem::path& path, const char* sql) {
    SqliteDatabase database(path.string(), SQLITE_OPEN_READWRITE);
    Statement row(database, sql);
    return row.bind().next() ? row.integer(0) : -1;
  }
  static std::string bytes_of(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  static void write(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
};

// Declared first, so that the ledger opens on it.
class OnADisk {
 protected:
  FailingDisk disk_;
};
class DiskTest : public OnADisk, public DamageTest {
 protected:
  ~DiskTest() override { heal(); }
  static void heal() { FailingDisk::sync_error = FailingDisk::write_error = 0; }
};

TEST_F(DiskTest, an_intent_that_could_not_be_made_durable_is_not_confirmed_and_no_other_is_taken) {
  const std::int64_t input = fill();
  struct Case {
    int code;
    bool at_sync;
    const char* said;
  };
  const Case cases[] = {{SQLITE_IOERR_FSYNC, true, "its disk fails"},
                        {SQLITE_IOERR_WRITE, false, "its disk fails"},
                        {SQLITE_FULL, false, "the disk is full"}};
  for (const Case& c : cases) {
    (c.at_sync ? FailingDisk::sync_error : FailingDisk::write_error) = c.code;
    const Result<std::int64_t> id = try_to_intend();
    ASSERT_FALSE(id) << c.code;
    expect_refusal(id.error(), c.said);
    heal();  // a disk that works again changes nothing: what it lost before is not known
    const Result<std::int64_t> later = try_to_intend(2);
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().message, id.error().message);
    const Result<Tally> counted = ask(ledger_->tally(input));
    EXPECT_FALSE(counted);
    reopen();
    EXPECT_EQ(tally(input).count(State::pending), 3u);
    EXPECT_TRUE(check(path_)->violations.empty());
  }
}

TEST_F(DiskTest, an_outcome_that_could_not_be_stored_leaves_its_intent) {
  fill(1);
  Work work = only();
  Intent intent = intend(work, Step::clone);
  FailingDisk::write_error = SQLITE_FULL;
  intent.state = IntentState::settled;
  work.item.clone_id = "pm_clone";
  Settlement settlement;
  settlement.item = work.item;
  settlement.intent = intent;
  EXPECT_FALSE(ask(ledger_->settle(settlement)));
  heal();
  reopen();
  work = only();
  ASSERT_TRUE(work.intent);
  EXPECT_EQ(work.intent->id, intent.id);
  EXPECT_EQ(work.item.clone_id, "");
  EXPECT_TRUE(check(path_)->violations.empty());
}

TEST_F(DiskTest, a_ledger_that_could_not_be_made_is_not_there) {
  close();
  const std::filesystem::path other = folder_ / "other.db";
  for (int writes = 0; writes < 8; ++writes) {
    FailingDisk::writes_left = writes;
    FailingDisk::write_error = SQLITE_FULL;
    Result<RunLock> lock = RunLock::take(other);
    ASSERT_TRUE(lock);
    const Result<std::unique_ptr<Ledger>> opened =
        open_ledger(context_, std::move(*lock), {other, owner_, rules(), {}});
    ASSERT_FALSE(opened) << writes;
    EXPECT_EQ(opened.error().code, Errc::ledger);
    EXPECT_NE(opened.error().message.find("the disk is full"), std::string::npos) << opened.error().message;
    heal();
    const Result<bool> there = is_there(other);
    ASSERT_TRUE(there) << there.error().message;
    EXPECT_FALSE(*there);
  }
  path_ = other;
  open();
}

TEST_F(DiskTest, a_log_that_could_not_be_written_back_is_kept) {
  const std::int64_t input = fill();
  FailingDisk::write_error = SQLITE_IOERR_WRITE;
  close();
  heal();
  open();
  EXPECT_EQ(tally(input).count(State::pending), 3u);
}

// What a loss of power leaves where the disk lied about what it had written.
TEST_F(DamageTest, of_a_torn_log_the_earlier_commits_remain) {
  const std::int64_t input = fill(12);
  const std::string file = bytes_of(path_);
  const std::string log = bytes_of(path_.string() + "-wal");
  ASSERT_GT(log.size(), 100'000u);
  std::int64_t before = 0;
  for (std::size_t part = 0; part <= 24; ++part) {
    const std::filesystem::path torn = folder_ / ("torn" + std::to_string(part) + ".db");
    write(torn, file);
    write(torn.string() + "-wal", std::string_view(log).substr(0, log.size() * part / 24));
    const Result<Findings> findings = check(torn);
    ASSERT_TRUE(findings) << findings.error().message;
    EXPECT_EQ(findings->violations.size(), 0u) << findings->violations.front().meaning;
    const std::int64_t items = number(torn, "SELECT count(*) FROM item");
    EXPECT_GE(items, before);
    before = items;
  }
  EXPECT_EQ(before, 12);
  EXPECT_EQ(tally(input).count(State::pending), 12u);
}

TEST_F(DamageTest, of_a_log_that_was_overwritten_the_earlier_commits_remain) {
  fill(12);
  const std::string file = bytes_of(path_);
  std::string log = bytes_of(path_.string() + "-wal");
  const std::filesystem::path torn = folder_ / "torn.db";
  for (std::size_t at = log.size() / 2; at < log.size() / 2 + 100; ++at) log[at] = '#';
  write(torn, file);
  write(torn.string() + "-wal", log);
  const std::int64_t items = number(torn, "SELECT count(*) FROM item");
  EXPECT_GT(items, 0);
  EXPECT_LT(items, 12);
  EXPECT_TRUE(check(torn)->violations.empty());
}

TEST_F(DamageTest, whichever_page_is_damaged_it_is_found_and_nobody_trips_over_it) {
  const std::int64_t input = fill(150);
  close();
  const std::string whole = bytes_of(path_);
  constexpr std::size_t kPage = 8192;
  ASSERT_GE(whole.size() / kPage, 10u);
  for (const char filling : {'\0', '\xff', '7'}) {
    for (std::size_t page = 0; page < whole.size() / kPage; ++page) {
      std::string bytes = whole;
      for (std::size_t at = page * kPage; at < (page + 1) * kPage; ++at) bytes[at] = filling;
      const std::filesystem::path damaged = folder_ / "damaged.db";
      write(damaged, bytes);
      const Result<Findings> findings = check(damaged);
      const bool found = !findings || !findings->violations.empty();
      EXPECT_TRUE(found) << "page " << page;
      if (!findings) {
        EXPECT_EQ(findings.error().code, Errc::ledger);
      }
      const Result<std::unique_ptr<Reader>> reader = open_reader(damaged);
      if (!reader) continue;
      try {
        (*reader)->tally(input);
        (*reader)->for_each_reject(input, [](const RejectRow&) {});
      } catch (const Unreadable& error) {
        EXPECT_NE(std::string(error.what()).find("damaged"), std::string::npos) << error.what();
      }
    }
  }
}

TEST_F(DamageTest, a_run_that_meets_damage_stops_with_words) {
  fill(150);
  close();
  std::string bytes = bytes_of(path_);
  const std::int64_t page = number(path_, "SELECT rootpage FROM sqlite_master WHERE name = 'item_identity'");
  for (std::size_t at = static_cast<std::size_t>(page - 1) * 8192; at < static_cast<std::size_t>(page) * 8192;
       ++at)
    bytes[at] = '7';
  write(path_, bytes);
  open();
  auto admission = std::make_shared<Admission>();
  admission->input = 1;
  admission->entries = {entry("cus_new", "pm_new")};
  const Result<Admitted> admitted = ask(ledger_->admit(admission));
  ASSERT_FALSE(admitted);
  expect_refusal(admitted.error(), "damaged");
  EXPECT_FALSE(try_to_intend());
}

TEST_F(DamageTest, a_word_that_no_payferry_writes_is_damage) {
  const std::int64_t input = fill(1);
  SqliteDatabase(path_.string(), SQLITE_OPEN_READWRITE).execute("UPDATE item SET state = 77");
  EXPECT_THROW((*open_reader(path_))->tally(input), Unreadable);
  const Result<Tally> counted = ask(ledger_->tally(input));
  ASSERT_FALSE(counted);
  expect_refusal(counted.error(), "damaged");
  close();
  SqliteDatabase(path_.string(), SQLITE_OPEN_READWRITE).execute("UPDATE item SET state = 0, step = -1");
  open();
  EXPECT_FALSE(ask(ledger_->load(1, 0, 10)));
}

TEST_F(DamageTest, a_file_that_was_deleted_under_way_is_saved_from_what_is_open) {
  const std::int64_t input = fill();
  end(load().front(), State::succeeded);
  std::filesystem::remove(path_);
  const Result<std::int64_t> id = try_to_intend(2);
  ASSERT_FALSE(id);
  expect_refusal(id.error(), "deleted or replaced");
  const std::filesystem::path saved = path_.string() + ".rescued-" + std::to_string(::getpid());
  expect_refusal(id.error(), saved.string());
  close();
  EXPECT_FALSE(std::filesystem::exists(path_.string() + "-wal"));
  struct stat found {};
  ASSERT_EQ(::stat(saved.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);

  // Nobody begins anew beside it.
  const Result<std::optional<Owner>> nobody = owner_of(path_);
  ASSERT_FALSE(nobody);
  expect_refusal(nobody.error(), saved.string());
  std::filesystem::rename(saved, path_);
  open();
  EXPECT_EQ(tally(input).count(State::succeeded), 1u);
  EXPECT_EQ(tally(input).count(State::pending), 2u);
  EXPECT_TRUE(check(path_)->violations.empty());
}

TEST_F(DamageTest, what_remains_of_a_replaced_file_does_not_mix_with_the_new_one) {
  const std::int64_t input = fill();
  const std::filesystem::path other = folder_ / "backup.db";
  SqliteDatabase(path_.string(), SQLITE_OPEN_READWRITE)
      .execute(("VACUUM INTO '" + other.string() + "'").c_str());
  admit(input, {entry("cus_new", "pm_new")});
  std::filesystem::rename(other, path_);
  EXPECT_FALSE(ask(ledger_->accounts()));
  close();
  EXPECT_EQ(number(path_, "SELECT count(*) FROM item"), 3);
  EXPECT_TRUE(check(path_)->violations.empty());
}

TEST_F(DamageTest, without_a_folder_to_save_it_in_the_file_itself_is_asked_for) {
  fill();
  std::filesystem::rename(path_.parent_path(), folder_ / "away");
  const Result<std::int64_t> id = try_to_intend();
  ASSERT_FALSE(id);
  expect_refusal(id.error(), "put the file back");
  close();
  std::filesystem::rename(folder_ / "away", path_.parent_path());
  open();
  EXPECT_EQ(tally(1).count(State::pending), 3u);
}

TEST_F(DamageTest, a_lock_that_was_removed_stops_the_run_that_held_it) {
  fill();
  std::filesystem::remove(path_.string() + ".lock");
  const Result<std::int64_t> alone = try_to_intend();
  ASSERT_FALSE(alone);
  expect_refusal(alone.error(), "another run may be using");
}

TEST_F(DamageTest, a_missing_or_empty_file_beside_its_log_is_not_begun_anew) {
  fill();
  const std::string log = bytes_of(path_.string() + "-wal");
  close();
  write(path_.string() + "-wal", log);
  for (const bool missing : {false, true}) {
    if (missing)
      std::filesystem::remove(path_);
    else
      write(path_, "");
    const Result<bool> there = is_there(path_);
    ASSERT_FALSE(there);
    expect_refusal(there.error(), missing ? "the file is missing" : "the file is empty");
    expect_refusal(there.error(), "-wal");
  }
  std::filesystem::remove(path_.string() + "-wal");
  EXPECT_FALSE(*is_there(path_));
}

// In a process of its own that is nobody in particular; answers what it said.
template <class Act>
std::string as_nobody(Act act) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    const bool changed = ::geteuid() != 0 || (::setgid(65534) == 0 && ::setuid(65534) == 0);
    const std::string said = changed ? act() : "cannot become nobody";
    const ssize_t written = ::write(ends[1], said.data(), said.size());
    ::_exit(written < 0 ? 1 : 0);
  }
  ::close(ends[1]);
  std::string said;
  char piece[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], piece, sizeof piece)) > 0;)
    said.append(piece, static_cast<std::size_t>(got));
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return said;
}

TEST_F(DamageTest, a_folder_that_cannot_be_written_is_refused_with_its_mend) {
  fill();
  close();
  const std::filesystem::path folder = path_.parent_path();
  const auto run = [&]() -> std::string {
    Result<RunLock> lock = RunLock::take(path_);
    if (!lock) return lock.error().message;
    const Result<std::unique_ptr<Ledger>> opened =
        open_ledger(context_, std::move(*lock), {path_, owner_, rules(), {}});
    return opened ? "opened" : opened.error().message;
  };
  const auto look = [&]() -> std::string {
    const Result<bool> there = is_there(path_);
    return there ? "there" : there.error().message;
  };
  ::chmod(folder_.path().c_str(), 0755);
  ::chmod(folder.c_str(), 0555);
  ::chmod(path_.c_str(), 0644);
  EXPECT_NE(as_nobody(run).find("its lock file cannot be made: Permission denied; nothing was sent"),
            std::string::npos);
  // With a lock that can be taken, SQLite finds that it cannot write beside the file.
  ::chmod((path_.string() + ".lock").c_str(), 0666);
  const std::string beside = as_nobody(run);
  EXPECT_NE(beside.find("cannot be written"), std::string::npos) << beside;
  ::chmod(folder.c_str(), 0700);
  EXPECT_NE(as_nobody(look).find("cannot be looked at: Permission denied"), std::string::npos);
  ::chmod(folder.c_str(), 0755);
  const std::string file = as_nobody(run);
  EXPECT_NE(file.find("cannot be written"), std::string::npos) << file;
}

}  // namespace
}  // namespace payferry::ledger

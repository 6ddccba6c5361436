#include "ledger/files.hpp"

#include <sys/stat.h>

#include "opened.hpp"

namespace payferry::ledger {
namespace {

class FilesTest : public test::LedgerTest {
 protected:
  Result<std::unique_ptr<Ledger>> try_to_open(const Owner& owner) {
    Result<RunLock> lock = RunLock::take(path_);
    if (!lock) return lock.error();
    return open_ledger(context_, std::move(*lock), {path_, owner, rules(), {}});
  }
  std::string refusal(const Owner& owner) {
    const Result<std::unique_ptr<Ledger>> opened = try_to_open(owner);
    if (opened) return "";
    EXPECT_EQ(opened.error().code, Errc::ledger);
    EXPECT_NE(opened.error().message.find(path_.string()), std::string::npos);
    return opened.error().message;
  }
  void execute(const char* sql) { SqliteDatabase(path_.string(), SQLITE_OPEN_READWRITE).execute(sql); }
  void replace_by(std::string_view text) {
    std::filesystem::remove(path_.string() + "-wal");
    std::filesystem::remove(path_.string() + "-shm");
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
  }
};

TEST_F(FilesTest, only_its_owner_can_read_it) {
  begin();
  for (const char* companion : {"", "-wal", "-shm"}) {
    struct stat found {};
    ASSERT_EQ(::stat((path_.string() + companion).c_str(), &found), 0) << companion;
    EXPECT_EQ(found.st_mode & 0777, 0600u) << companion;
  }
}

TEST_F(FilesTest, it_survives_the_loss_of_power) {
  // What WAL with synchronous=FULL promises; anything less may forget the newest intents.
  close();
  const Result<std::unique_ptr<SqliteDatabase>> database = open_file_for_writing(path_, owner_);
  ASSERT_TRUE(database);
  Statement mode(**database, "PRAGMA journal_mode");
  ASSERT_TRUE(mode.bind().next());
  EXPECT_EQ(mode.text(0), "wal");
  Statement synchronous(**database, "PRAGMA synchronous");
  ASSERT_TRUE(synchronous.bind().next());
  EXPECT_EQ(synchronous.integer(0), 2);
}

TEST_F(FilesTest, it_belongs_to_one_platform_and_one_mode) {
  close();
  EXPECT_NE(refusal({"acct_other", Mode::test}).find("acct_other"), std::string::npos);
  EXPECT_NE(refusal({"acct_platform", Mode::live}).find("live"), std::string::npos);
  EXPECT_EQ(refusal(owner_), "");
}

TEST_F(FilesTest, it_tells_whose_it_is) {
  const Result<std::optional<Owner>> owner = owner_of(path_);
  ASSERT_TRUE(owner && *owner);
  EXPECT_EQ((*owner)->platform, "acct_platform");
  EXPECT_EQ((*owner)->mode, Mode::test);
  const Result<std::optional<Owner>> nobody = owner_of(folder_ / "none.db");
  ASSERT_TRUE(nobody);
  EXPECT_FALSE(*nobody);
}

TEST_F(FilesTest, one_of_a_newer_program_is_refused_and_left_alone) {
  close();
  execute("PRAGMA user_version = 99");
  EXPECT_NE(refusal(owner_).find("99"), std::string::npos);
  EXPECT_FALSE(owner_of(path_));
  EXPECT_FALSE(open_reader(path_));
  Statement version(*std::make_unique<SqliteDatabase>(path_.string(), SQLITE_OPEN_READWRITE),
                    "PRAGMA user_version");
}

// Version 3 kept an item's open request, and whether it had any, in two columns of its row.
TEST_F(FilesTest, one_of_version_3_goes_on_where_it_was) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1")});
  const Intent sent = intend(only(), Step::clone);
  close();
  execute(R"sql(
    ALTER TABLE item ADD COLUMN touched INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE item ADD COLUMN intent INTEGER NOT NULL DEFAULT 0;
    UPDATE item SET touched = 1, intent = (SELECT id FROM intent);
    DROP TABLE worker; DROP TABLE shard; DROP TABLE opened; DROP TABLE looking; DROP TABLE journal;
    PRAGMA user_version = 3)sql");
  open();
  const Work loaded = only();
  ASSERT_TRUE(loaded.intent);
  EXPECT_EQ(loaded.intent->id, sent.id);
  Item declined = loaded.item;
  declined.state = State::failed;
  Intent settled = *loaded.intent;
  settled.state = IntentState::settled;
  settle(declined, settled);
  admit(input, {entry("cus_2", "pm_2")});
  EXPECT_EQ(only().item.payment_method, "pm_2");
}

TEST_F(FilesTest, another_programs_database_is_refused) {
  close();
  execute("PRAGMA application_id = 7");
  EXPECT_NE(refusal(owner_).find("not a ledger"), std::string::npos);
}

TEST_F(FilesTest, what_is_no_database_is_refused_and_left_alone) {
  close();
  replace_by(
      "customer,payment_method\ncus_1,pm_1\nand more than a hundred bytes of it, so that SQLite reads it "
      "as a header that it is not ..........\n");
  const std::string before = folder_.read("sub/ledger.db");
  EXPECT_NE(refusal(owner_).find("not a ledger"), std::string::npos);
  EXPECT_FALSE(owner_of(path_));
  EXPECT_FALSE(open_reader(path_));
  EXPECT_EQ(folder_.read("sub/ledger.db"), before);
}

TEST_F(FilesTest, a_damaged_one_is_refused) {
  const std::int64_t input = begin();
  for (int i = 0; i < 200; ++i) admit(input, {entry("cus_" + std::to_string(i), "pm_" + std::to_string(i))});
  close();
  std::string bytes = folder_.read("sub/ledger.db");
  ASSERT_GT(bytes.size(), 8192u * 3);
  for (std::size_t at = 8192; at < bytes.size(); ++at) bytes[at] = static_cast<char>(at * 7);
  replace_by(bytes);
  const Result<std::unique_ptr<Ledger>> opened = try_to_open(owner_);
  if (!opened) {
    EXPECT_EQ(opened.error().code, Errc::ledger);
    return;
  }
  ledger_ = std::move(const_cast<std::unique_ptr<Ledger>&>(*opened));
  const Result<InputState> begun = ask(ledger_->begin_input("job", "file-1", columns_, false));
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, Errc::ledger);
}

TEST_F(FilesTest, an_empty_file_becomes_a_ledger) {
  close();
  replace_by("");
  const Result<std::optional<Owner>> owner = owner_of(path_);
  ASSERT_TRUE(owner);
  EXPECT_FALSE(*owner);
  EXPECT_EQ(refusal(owner_), "");
}

TEST_F(FilesTest, a_folder_is_no_ledger) {
  close();
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_NE(refusal(owner_).find("cannot be opened"), std::string::npos);
}

TEST_F(FilesTest, reading_makes_no_file) {
  const Result<std::unique_ptr<Reader>> reader = open_reader(folder_ / "none.db");
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, Errc::ledger);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "none.db"));
}

TEST_F(FilesTest, one_that_was_deleted_under_way_takes_nothing_more) {
  const std::int64_t input = begin();
  std::filesystem::remove(path_);
  auto admission = std::make_shared<Admission>();
  admission->input = input;
  const Result<Admitted> admitted = ask(ledger_->admit(admission));
  ASSERT_FALSE(admitted);
  EXPECT_EQ(admitted.error().code, Errc::ledger);
  EXPECT_NE(admitted.error().message.find("deleted"), std::string::npos);
  const Result<Tally> later = ask(ledger_->tally(input));
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().message, admitted.error().message);
}

TEST_F(FilesTest, one_that_was_replaced_under_way_takes_nothing_more) {
  begin();
  std::filesystem::rename(path_, folder_ / "sub/moved.db");
  std::filesystem::copy_file(folder_ / "sub/moved.db", path_);
  EXPECT_FALSE(ask(ledger_->accounts()));
}

}  // namespace
}  // namespace payferry::ledger

#include "ledger/preview.hpp"

#include "ledger/content.hpp"
#include "ledger/counterparts.hpp"
#include "ledger/opening.hpp"
#include "ledger/owner.hpp"
#include "ledger/reader.hpp"

namespace payferry::ledger {
namespace {

constexpr const char* kOpen = R"sql(
  SELECT i.id, a.account, i.customer, i.payment_method, i.type, i.content, i.step, i.clone_id <> '', i.is_default,
    NOT EXISTS(SELECT 1 FROM intent t WHERE t.item = i.id AND t.state IN (0, 2)),
    i.clone_id = '' AND NOT EXISTS(SELECT 1 FROM intent t WHERE t.item = i.id),
    l.id IS NOT NULL, coalesce(l.target_customer, ''), coalesce(l.origin, 0), coalesce(l.creating, 0),
    CASE WHEN l.refused_code <> '' AND l.used = 0 THEN 1 ELSE 0 END,
    CASE WHEN l.refused_code <> '' THEN 1 ELSE 0 END
  FROM item i JOIN account a ON a.id = i.account LEFT JOIN link l ON l.id = i.link
  WHERE i.state = 0 AND i.account = ? ORDER BY i.id)sql";

constexpr const char* kLink = R"sql(
  SELECT 1, target_customer, origin, creating, refused_code <> '' AND used = 0, refused_code <> '' FROM link
  WHERE identity = ?)sql";

KnownLink link_at(const Statement& row, int column) {
  KnownLink link;
  link.there = row.integer(column) != 0;
  link.target_customer = row.text(column + 1);
  link.origin = row.word(column + 2, Origin::reused);
  link.creating = row.integer(column + 3) != 0;
  link.may_change = row.integer(column + 4) != 0;
  link.refused = row.integer(column + 5) != 0;
  return link;
}

OpenItem open_item(const Statement& row) {
  OpenItem item;
  item.id = row.integer(0);
  item.account = row.text(1);
  item.customer = row.text(2);
  item.payment_method = row.text(3);
  item.type = row.text(4);
  if (item.type.empty()) {
    const std::string content = row.text(5);
    if (!content.empty()) item.type = decode_content(content).type;
  }
  item.step = row.word(6, Step::detach);
  item.has_clone = row.integer(7) != 0;
  item.is_default = row.integer(8) != 0;
  item.at_rest = row.integer(9) != 0;
  item.untouched = row.integer(10) != 0;
  item.link = link_at(row, 11);
  return item;
}

class StoredPreview final : public Preview {
 public:
  StoredPreview(LedgerPlace place, std::unique_ptr<Database> database, Owner owner)
      : place_(std::move(place)),
        database_(std::move(database)),
        owner_(std::move(owner)),
        items_(*database_, owner_),
        find_link_(*database_, kLink) {
    database_->hold();
  }

  const Owner& owner() const override { return owner_; }

  std::vector<PreviewAccount> accounts() override {
    return guarded([&] {
      std::vector<PreviewAccount> all;
      Statement rows(*database_, "SELECT id, account, lost_code <> '', looked FROM account ORDER BY id");
      for (rows.bind(); rows.next();)
        all.push_back(
            {rows.integer(0), rows.text(1), rows.integer(2) != 0, rows.word(3, Looked::taken_over)});
      return all;
    });
  }

  std::optional<PreviewReading> reading(const std::string& job) override {
    return guarded([&]() -> std::optional<PreviewReading> {
      Statement last(*database_,
                     "SELECT identity, position, lines FROM input WHERE job = ? ORDER BY id DESC LIMIT 1");
      if (!last.bind(job).next()) return std::nullopt;
      return PreviewReading{last.text(0), last.text(1), static_cast<std::uint64_t>(last.integer(2))};
    });
  }

  std::string customers_file(const std::string& job) override {
    return guarded([&] { return customers_file_of(*database_, job); });
  }

  std::optional<KnownItems::Found> find(std::int64_t account, const Entry& entry) override {
    return guarded([&] { return items_.find(account, entry); });
  }

  KnownLink link(const std::string& account, const std::string& customer) override {
    return guarded([&] {
      const Identity identity = link_identity(owner_, account, customer);
      KnownLink found;
      if (find_link_.bind(identity).next()) found = link_at(find_link_, 0);
      find_link_.reset();
      return found;
    });
  }

  void for_each_open(const std::function<void(const OpenItem&)>& take) override {
    const std::vector<PreviewAccount> all = accounts();
    guarded([&] {
      Statement rows(*database_, kOpen, Rows::many);
      for (const PreviewAccount& account : all)
        for (rows.bind(account.id); rows.next();) take(open_item(rows));
    });
  }

 private:
  template <class Read>
  auto guarded(Read read) -> decltype(read()) {
    try {
      return read();
    } catch (const DatabaseError& error) {
      throw Unreadable(explain(error, place_).message);
    }
  }

  const LedgerPlace place_;
  std::unique_ptr<Database> database_;
  const Owner owner_;
  KnownItems items_;
  Statement find_link_;
};

}  // namespace

Result<std::unique_ptr<Preview>> open_preview(const LedgerPlace& place) {
  try {
    Result<std::unique_ptr<Database>> database = open_for_reading(place);
    if (!database) return database.error();
    const Owner owner = read_owner(**database);
    return std::unique_ptr<Preview>(std::make_unique<StoredPreview>(place, std::move(*database), owner));
  } catch (const DatabaseError& error) {
    return explain(error, place);
  }
}

}  // namespace payferry::ledger

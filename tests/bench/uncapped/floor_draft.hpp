#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

// An item, its link and its two requests: what is known of them before it is written into tables.
struct FloorItem {
  struct Request {
    std::string key, body;
    std::int64_t sent_ms = 0, answered_ms = 0;
  };
  std::string account, customer, payment_method, clone, target_customer;
  Request requests[2];
};

// What became of items lately, in memory and as the bytes that make it durable: enough of them to have it
// again after a crash.
class FloorDraft {
 public:
  void insert(std::int64_t id, std::string_view account, std::string_view customer, std::string_view method) {
    FloorItem& item = items_[id];
    item.account = account;
    item.customer = customer;
    item.payment_method = method;
    note('i', id).append(account).append("\n").append(customer).append("\n").append(method).append("\n");
  }
  // Of the item's two requests the number's lowest bit says which.
  void intend(std::int64_t number, std::string_view key, std::string_view body, std::int64_t now_ms) {
    FloorItem::Request& request = items_[number / 2].requests[number % 2];
    request.key = key;
    request.body = body;
    request.sent_ms = now_ms;
    note('r', number).append(key).append("\n").append(body).append("\n").append(std::to_string(now_ms));
  }
  void cloned(std::int64_t number, std::string_view clone, std::int64_t now_ms) {
    items_[number / 2].clone = clone;
    answered(number, clone, now_ms);
  }
  void created(std::int64_t number, std::string_view customer, std::int64_t now_ms) {
    items_[number / 2].target_customer = customer;
    answered(number, customer, now_ms);
  }

  bool is_large() const { return items_.size() >= 1024; }
  std::unordered_map<std::int64_t, FloorItem>& items() { return items_; }
  // All of it is in the tables. What is not done is kept: its row is written whole again.
  void forget() {
    std::erase_if(items_, [](const auto& item) { return !item.second.target_customer.empty(); });
    bytes_.clear();
  }
  // What came since the last time.
  std::string& bytes() { return bytes_; }

 private:
  std::string& note(char what, std::int64_t number) {
    bytes_.push_back(what);
    return bytes_.append(std::to_string(number)).append("\n");
  }
  void answered(std::int64_t number, std::string_view id, std::int64_t now_ms) {
    items_[number / 2].requests[number % 2].answered_ms = now_ms;
    note('a', number).append(id).append("\n").append(std::to_string(now_ms)).append("\n");
  }

  std::unordered_map<std::int64_t, FloorItem> items_;
  std::string bytes_;
};

#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "async/group.hpp"
#include "core/shards.hpp"
#include "pipeline/move.hpp"
#include "pipeline/window.hpp"

namespace payferry::pipeline {

// Which of the open items this run takes; empty: all.
struct Selection {
  std::vector<std::string> accounts;
  std::vector<std::string> types;  // items whose type is not known are not taken then
  bool attached = false;           // instead of what is open: what the ledger has chosen to be taken back
  bool spare_used = false;         // of that, leave what a payment or subscription names

  bool takes(const Item& item) const;
};

// Keeps the window filled from the ledger and owns the lanes that move what is in it.
class Feeder {
 public:
  Feeder(boost::asio::io_context& context, Shared& shared, Selection selection, std::size_t window);

  // Accounts with open items: at the start, and whenever something was admitted.
  void open(std::int64_t account_id, const std::string& account, bool lost, std::int64_t first_item);
  // What is open on this account already waits until release(): the input has changed, and a line that stands
  // further down may say something else about it.
  void hold(std::int64_t account_id, const std::string& account, bool lost);
  void release();
  // From now on only these lanes are moved; what is under way in others comes to the end of its item.
  void serve(Shards lanes) { served_ = lanes; }
  // Where something is under way.
  Shards busy() const;
  // Nothing is in memory, and nothing is known that could be loaded.
  bool is_idle() const;
  // Nothing more will be opened.
  void intake_ended();
  // Returns when everything that can be moved in this run has been, or the run was told to stop and its lanes
  // have ended.
  async::Task<void> run();
  void wake() { alarm_->wake(); }
  // What is steered has changed: which accounts are skipped.
  void steered();
  // How many items may be in memory.
  void resize(std::size_t window);

  std::size_t in_memory() const { return window_.in_memory(); }
  std::uint64_t left_out() const { return left_out_; }  // open items that the selection does not take

 private:
  async::Task<bool> load(Window::Account& account);
  ledger::Ledger::Answer<std::vector<ledger::Work>> next_of(const Window::Account& account,
                                                            std::size_t limit);
  void take(Window::Account& account, ledger::Work&& work);
  void tell_if_done(Window::Account& account);
  async::Task<bool> may_move(Window::Account& account);
  async::Task<void> run_lane(Window::Account& account, std::shared_ptr<Lane> lane);

  Shared& shared_;
  Selection selection_;
  Window window_;
  async::Group lanes_running_;
  std::unique_ptr<async::Alarm> alarm_;
  std::unordered_map<std::string, std::shared_ptr<Lane>> lanes_;
  struct Held {
    std::string account;
    bool lost = false;
  };
  std::unordered_map<std::int64_t, Held> held_;
  std::unordered_set<std::int64_t> kept_;  // ended in this run, and still among what is loaded
  std::uint64_t left_out_ = 0;
  Shards served_ = kAllShards;
  bool intake_ended_ = false;
  bool loading_ = false;
};

}  // namespace payferry::pipeline

#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "pipeline/gate.hpp"
#include "pipeline/reads.hpp"
#include "settings/settings.hpp"
#include "stripe/client.hpp"

namespace payferry::pipeline {

// Reads at the job's limits where no run goes on: for what only looks. Holds nothing that could write.
class Asker {
 public:
  Asker(boost::asio::io_context& context, async::Time& time, const settings::Settings& settings,
        stripe::Reader& reader, std::optional<std::uint64_t> most_reads);

  // Asked again after a back-off until it is answered, as often as a write would be. `left`: stopped, or no
  // more reads are allowed. An empty account: the platform itself.
  async::Task<Read> ask(Endpoint endpoint, std::string path, std::string account);
  // Requests that were sent.
  std::uint64_t reads() const { return reads_; }
  bool spent() const { return most_reads_ && reads_ >= *most_reads_; }
  void count_first_contact() { ++reads_; }

  // Lets callers through until stop(); owned by whoever owns the asker.
  async::Task<void> run() { return gate_.run(); }
  void stop() { gate_.stop(); }

 private:
  async::Task<Read> ask_once(throttle::AccountIndex index, stripe::Query query, SteadyTime not_before);
  throttle::AccountIndex index_of(const std::string& account);

  async::Time& time_;
  stripe::Reader& reader_;
  const std::string api_version_;
  const int attempts_;
  const Nanoseconds max_delay_;
  const std::optional<std::uint64_t> most_reads_;
  Gate gate_;
  throttle::Random random_;
  std::unordered_map<std::string, throttle::AccountIndex> accounts_;
  std::uint64_t reads_ = 0;
};

}  // namespace payferry::pipeline

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "async/group.hpp"
#include "pipeline/asker.hpp"
#include "pipeline/run.hpp"
#include "stripe/verdict.hpp"

namespace payferry::pipeline {

struct ExportOptions {
  std::vector<std::string> types;              // methods of other types are left out; empty: none is
  std::optional<std::int64_t> created_from;    // seconds since 1970, inclusive: of the customers
  std::optional<std::int64_t> created_before;  // exclusive
  std::optional<std::uint64_t> most_reads;
  std::string after;  // the customer behind which an earlier export was cut off; empty: from the start
};

// A customer of the platform with its methods, newest first, as Stripe lists them.
struct ExportedCustomer {
  stripe::Customer customer;
  std::vector<stripe::PaymentMethod> methods;
  bool whole = false;
};

// Lists the platform's customers, a hundred to a read, and the methods of each. Has no way to write to
// Stripe.
class Exporter {
 public:
  // Takes one page of customers in Stripe's order, newest first; the last one may be the beginning of a page.
  using Sink = std::function<Result<void>(const std::vector<ExportedCustomer>&)>;

  Exporter(boost::asio::io_context& context, async::Time& time, const settings::Settings& settings,
           ExportOptions options, stripe::Reader& reader, Sink sink);

  // Complete: the last page was taken.
  async::Task<Ending> main();
  void interrupt(const std::string& reason);
  std::uint64_t reads() const { return asker_.reads(); }

 private:
  async::Task<void> walk();
  async::Task<void> fill(std::vector<ExportedCustomer>& page);
  async::Task<void> list_methods(ExportedCustomer& customer);
  async::Task<Read> ask(Endpoint endpoint, std::string path);
  bool is_wanted(const stripe::PaymentMethod& method) const;
  std::string customers_path(const std::string& after) const;
  std::string methods_path(const std::string& customer, const std::string& after) const;
  void end(Outcome outcome, std::string reason);

  boost::asio::io_context& context_;
  async::Time& time_;
  const settings::Settings& settings_;
  const ExportOptions options_;
  stripe::Reader& reader_;
  const Sink sink_;
  Asker asker_;
  std::optional<Ending> ended_;
};

}  // namespace payferry::pipeline

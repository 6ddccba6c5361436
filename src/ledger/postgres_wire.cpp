#include "ledger/postgres_wire.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>

#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "ledger/valid_text.hpp"

namespace payferry::ledger {
namespace {

constexpr Oid kBytea = 17, kInt8 = 20, kText = 25;
// So many answers may wait before they are read.
constexpr std::size_t kMostUnread = 500;

using Kind = DatabaseError::Kind;

// By SQLSTATE: its class, or the whole of it.
Kind kind_of(std::string_view state) {
  if (state.starts_with("08") || state.starts_with("57P") || state == "53300") return Kind::gone;
  if (state == "53100") return Kind::full;
  if (state == "25006" || state == "42501") return Kind::unwritable;
  if (state == "55P03") return Kind::locked;
  if (state == "57014") return Kind::interrupted;
  if (state == "22012") return Kind::fenced;  // what PostgresDatabase::fence() divides by
  if (state == "40P01" || state == "40001") return Kind::collided;
  if (state == "42P01" || state == "42703") return Kind::foreign;
  if (state.starts_with("XX0")) return Kind::damaged;
  if (state.starts_with("58")) return Kind::disk;
  return Kind::other;
}

// A server's longer messages repeat what was sent to it.
std::string first_line(const char* message) {
  std::string text(message ? message : "");
  text.resize(std::min(text.find('\n'), text.size()));
  return text.empty() ? "it does not answer" : text;
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

// The address' own parameters over ours.
std::vector<std::pair<std::string, std::string>> parameters_of(const LedgerPlace& place,
                                                               const std::string& application) {
  std::vector<std::pair<std::string, std::string>> parameters{
      {"application_name", application},
      {"client_encoding", "UTF8"},
      {"connect_timeout", "10"},
      // A server that vanished without a word is noticed after so many milliseconds.
      {"tcp_user_timeout", "20000"},
      {"keepalives_idle", "10"},
      {"keepalives_interval", "5"},
      {"keepalives_count", "2"},
      {"sslmode", place.is_local() ? "prefer" : "verify-full"}};
  char* problem = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(place.url().c_str(), &problem));
  const std::unique_ptr<char, decltype(&PQfreemem)> message(problem, &PQfreemem);
  // libpq quotes what it cannot read, and a password may stand in it.
  if (!options) throw DatabaseError(Kind::other, "its address cannot be read");
  for (const PQconninfoOption* option = options.get(); option->keyword; ++option)
    if (option->val) parameters.emplace_back(option->keyword, option->val);
  return parameters;
}

// Calls libpq with them.
template <class Call>
auto with_parameters(Call call, const LedgerPlace& place, const std::string& application) {
  const auto parameters = parameters_of(place, application);
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : parameters) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  return call(keys.data(), values.data(), 0);
}

bool is_loopback(const std::string& address) {
  return address.empty() || address.starts_with("127.") || address == "::1" || address.starts_with('/');
}

}  // namespace

void PgValues::add(int index, Oid type, const char* text, std::size_t size, std::uint64_t number) {
  if (index == 1) *this = {};
  types_.push_back(type);
  texts_.push_back(text);
  numbers_.push_back(number);
  lengths_.push_back(static_cast<int>(size));
  formats_.push_back(1);
}

void PgValues::put(int index, std::int64_t value) {
  auto bits = static_cast<std::uint64_t>(value);
  if constexpr (std::endian::native == std::endian::little) bits = __builtin_bswap64(bits);
  add(index, kInt8, nullptr, sizeof bits, bits);
}

void PgValues::put(int index, std::string_view value) {
  std::unique_ptr<std::string> mended;
  if (!is_storable(value)) mended = std::make_unique<std::string>(storable(value));
  const std::string_view text = mended ? std::string_view(*mended) : value;
  add(index, kText, text.data(), text.size(), 0);
  if (mended) mended_.push_back(std::move(mended));
}

void PgValues::put(int index, std::span<const unsigned char> value) {
  add(index, kBytea, reinterpret_cast<const char*>(value.data()), value.size(), 0);
}

const char* const* PgValues::data() {
  pointers_.resize(texts_.size());
  for (std::size_t i = 0; i < texts_.size(); ++i)
    pointers_[i] = texts_[i] ? texts_[i] : reinterpret_cast<const char*>(&numbers_[i]);
  return pointers_.data();
}

std::string PgValues::signature() const {
  std::string signature;
  for (const Oid type : types_) signature += type == kInt8 ? 'n' : type == kText ? 't' : 'b';
  return signature;
}

PgWire::PgWire(const LedgerPlace& place, const std::string& application)
    : connection_(with_parameters(PQconnectdbParams, place, application)) {
  if (!connection_) throw DatabaseError(Kind::gone, "out of memory");
  if (PQstatus(connection_.get()) != CONNECTION_OK) throw lost();
  if (PQsetnonblocking(connection_.get(), 1) != 0) throw lost();
  PQsetNoticeReceiver(
      connection_.get(), [](void*, const PGresult*) {}, nullptr);
  // Variables of libpq's environment may have led elsewhere than the address says.
  const bool verified = PQsslInUse(connection_.get()) != 0 && !place.is_local();
  if (!verified && !is_loopback(address()))
    throw DatabaseError(Kind::other,
                        "the connection would go to another machine without sslmode=verify-full");
}

bool PgWire::is_answered(const LedgerPlace& place) {
  return with_parameters(PQpingParams, place, "payferry") == PQPING_OK;
}

std::string PgWire::address() const {
  const char* address = PQhostaddr(connection_.get());
  return address ? address : "";
}

DatabaseError PgWire::lost() const {
  return {Kind::gone, first_line(PQerrorMessage(connection_.get()))};
}

DatabaseError PgWire::error_of(const PGresult* result) const {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (!state) return lost();
  return {kind_of(state), first_line(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY))};
}

void PgWire::pipeline() {
  if (PQpipelineStatus(connection_.get()) != PQ_PIPELINE_OFF) return;
  if (PQenterPipelineMode(connection_.get()) != 1) throw lost();
}

void PgWire::sent(int code) {
  if (code != 1) throw lost();
  ++unread_;
}

void PgWire::send(const std::string& sql, PgValues& values) {
  if (unread_ >= kMostUnread) collect();
  pipeline();
  const auto [known, fresh] = names_.try_emplace(values.signature() + sql);
  if (fresh) {
    known->second = fmt::format("s{}", names_.size());
    sent(
        PQsendPrepare(connection_.get(), known->second.c_str(), sql.c_str(), values.count(), values.types()));
  }
  sent(PQsendQueryPrepared(connection_.get(), known->second.c_str(), values.count(), values.data(),
                           values.lengths(), values.formats(), 0));
}

void PgWire::send_once(const std::string& sql, PgValues& values) {
  if (unread_ >= kMostUnread) collect();
  pipeline();
  sent(PQsendQueryParams(connection_.get(), sql.c_str(), values.count(), values.types(), values.data(),
                         values.lengths(), values.formats(), 0));
}

PgResult PgWire::ask(const std::string& sql, PgValues& values) {
  send(sql, values);
  return collect();
}

PgResult PgWire::ask_once(const std::string& sql, PgValues& values) {
  send_once(sql, values);
  return collect();
}

// Waits for the socket, at most for as long as a server may be silent.
void PgWire::await(short events) {
  pollfd socket{PQsocket(connection_.get()), events, 0};
  const auto end = std::chrono::steady_clock::now() + patience_;
  for (;;) {
    int left = -1;
    if (patience_.count() > 0) {
      const auto rest = end - std::chrono::steady_clock::now();
      left = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(rest).count());
      if (left <= 0) throw DatabaseError(Kind::gone, "it has not answered for too long");
    }
    const int ready = ::poll(&socket, 1, left);
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) throw DatabaseError(Kind::gone, "its connection cannot be waited for");
  }
}

// What the server says meanwhile is taken in, or both sides would wait for each other.
void PgWire::flush() {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left == 0) return;
    if (left < 0) throw lost();
    await(POLLIN | POLLOUT);
    if (PQconsumeInput(connection_.get()) != 1) throw lost();
  }
}

PgResult PgWire::next_result() {
  while (PQisBusy(connection_.get()) != 0) {
    await(POLLIN);
    if (PQconsumeInput(connection_.get()) != 1) throw lost();
  }
  return PgResult(PQgetResult(connection_.get()));
}

// Reads the answers to everything that was sent; the last one is answered.
PgResult PgWire::collect() {
  if (unread_ == 0) return nullptr;
  if (PQpipelineSync(connection_.get()) != 1) throw lost();
  flush();
  PgResult last;
  std::optional<DatabaseError> failed;
  for (; unread_ > 0; --unread_) {
    PgResult result = next_result();
    if (!result) throw lost();
    const PgResult end = next_result();
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_ABORTED) continue;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !failed) failed = error_of(result.get());
    if (PQstatus(connection_.get()) != CONNECTION_OK) throw failed ? *failed : lost();
    if (status == PGRES_COMMAND_OK) {
      tag_ = PQcmdStatus(result.get());
      changes_ = std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
    }
    last = std::move(result);
  }
  const PgResult sync = next_result();
  if (!sync) throw lost();
  if (failed) throw *failed;
  return last;
}

std::int64_t PgWire::changes() {
  collect();
  return changes_;
}

void PgWire::run(const char* sql) {
  collect();
  if (PQpipelineStatus(connection_.get()) != PQ_PIPELINE_OFF && PQexitPipelineMode(connection_.get()) != 1)
    throw lost();
  if (PQsendQuery(connection_.get(), sql) != 1) throw lost();
  flush();
  std::optional<DatabaseError> failed;
  while (const PgResult result = next_result()) {
    const ExecStatusType status = PQresultStatus(result.get());
    const bool done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
    if (!done && !failed) failed = error_of(result.get());
    if (PQstatus(connection_.get()) != CONNECTION_OK) break;
  }
  if (failed) throw *failed;
  if (PQstatus(connection_.get()) != CONNECTION_OK) throw lost();
}

void PgWire::interrupt() noexcept {
  char ignored[256];
  struct Free {
    void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
  };
  const std::unique_ptr<PGcancel, Free> cancel(PQgetCancel(connection_.get()));
  if (cancel) PQcancel(cancel.get(), ignored, sizeof ignored);
}

}  // namespace payferry::ledger

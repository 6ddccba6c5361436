#include "plan/preflight.hpp"

namespace payferry::plan {
namespace {

std::string state_of(const stripe::Account& account, const std::string& capability) {
  for (const auto& [name, state] : account.capabilities)
    if (name == capability) return state;
  return "inactive";
}

// Nothing where the type can be charged.
std::optional<Remark> lack_of(const stripe::Account& account, const std::string& type) {
  const std::string capability = capability_of(type);
  if (capability.empty()) return std::nullopt;
  const std::string state = state_of(account, capability);
  if (state == "active") return std::nullopt;
  const bool pending = state == "pending";
  return Remark{"capability_" + capability + (pending ? "_pending" : "_inactive"),
                "the account cannot charge " + type + ": its capability " + capability + " is " +
                    (pending ? "pending" : "not active")};
}

Remark charges_disabled() {
  return {"account_not_ready", "the account cannot charge: charges_enabled is false; finish its onboarding"};
}

Remark country_differs(const std::string& account, const std::string& platform) {
  return {"account_country_differs", "the account is in " + account + ", the platform in " + platform +
                                         ": its customers are likely to be asked to authenticate"};
}

}  // namespace

std::string capability_of(const std::string& type) {
  if (type == "card") return "card_payments";
  if (type == "us_bank_account") return "us_bank_account_ach_payments";
  return "";
}

std::optional<Remark> missing_authorisation(const std::string& ach_authorised) {
  if (!ach_authorised.empty()) return std::nullopt;
  return Remark{"ach_authorisation_missing",
                "US bank accounts are moved, and target.ach_authorised names nobody who vouches that the "
                "connected accounts hold the payers' authorisation"};
}

Readiness judge_account(const stripe::Account& account, const std::string& platform_country,
                        const std::vector<std::string>& types) {
  Readiness result;
  for (const std::string& type : types)
    if (std::optional<Remark> lack = lack_of(account, type)) result.warnings.push_back(std::move(*lack));
  if (!account.charges_enabled) {
    result.not_ready = charges_disabled();
  } else if (!types.empty() && result.warnings.size() == types.size()) {
    result.not_ready = result.warnings.front();
    result.warnings.erase(result.warnings.begin());
  }
  const bool known = !account.country.empty() && !platform_country.empty();
  if (known && account.country != platform_country)
    result.warnings.push_back(country_differs(account.country, platform_country));
  return result;
}

Seen after_account_read(const stripe::Verdict& verdict, const std::string& asked) {
  if (verdict.kind == stripe::Kind::account_lost) return Seen::lost;
  if (verdict.kind == stripe::Kind::key_rejected && verdict.status == 401) return Seen::refused;
  if (verdict.kind != stripe::Kind::done) return Seen::nothing;
  const auto* account = std::get_if<stripe::Account>(&verdict.object);
  return account && account->id == asked ? Seen::account : Seen::nothing;
}

}  // namespace payferry::plan

#pragma once

#include "core/records.hpp"
#include "plan/advance.hpp"
#include "plan/rules.hpp"
#include "stripe/verdict.hpp"

// The usual item, link and answers of this room's tests.
namespace payferry::plan::test {

inline Rules usual_rules() {
  Rules rules;
  rules.types = {"card", "us_bank_account"};
  rules.attempts = 3;
  rules.api_version = "2026-09-30.endive";
  rules.key_digest = "digest-of-the-key";
  return rules;
}

inline Item usual_item() {
  Item item;
  item.id = 7;
  item.account_id = 1;
  item.link_id = 3;
  item.account = "acct_A";
  item.customer = "cus_old";
  item.payment_method = "pm_old";
  return item;
}

inline Item cloned_item(Step step = Step::clone) {
  Item item = usual_item();
  item.clone_id = "pm_clone";
  item.details.type = "card";
  item.step = step;
  return item;
}

inline Link usual_link(std::string target = "") {
  Link link;
  link.id = 3;
  link.account_id = 1;
  link.customer = "cus_old";
  link.target_customer = std::move(target);
  if (!link.target_customer.empty()) link.origin = Origin::created;
  return link;
}

inline stripe::Verdict verdict_of(stripe::Kind kind, int status = 0, std::string code = "") {
  stripe::Verdict verdict;
  verdict.kind = kind;
  verdict.status = status;
  verdict.code = std::move(code);
  verdict.message = "what Stripe said";
  verdict.request_id = "req_1";
  return verdict;
}

inline stripe::Verdict refusal(stripe::About about, std::string code = "card_declined") {
  stripe::Verdict verdict = verdict_of(stripe::Kind::refused, 402, std::move(code));
  verdict.about = about;
  return verdict;
}

inline stripe::Verdict success(stripe::Object object) {
  stripe::Verdict verdict = verdict_of(stripe::Kind::done, 200);
  verdict.object = std::move(object);
  return verdict;
}

inline stripe::PaymentMethod method(std::string id, std::string customer = "", std::string type = "card") {
  stripe::PaymentMethod made{std::move(id), std::move(customer), {}};
  made.details.type = std::move(type);
  made.details.last4 = "4242";
  return made;
}

inline stripe::Customer customer(std::string id) {
  stripe::Customer made;
  made.id = std::move(id);
  return made;
}

}  // namespace payferry::plan::test

#include "core/codes.hpp"

namespace payferry {
namespace {

// What makes Payferry try it again.
constexpr std::string_view kRetry = "`retry --code`, or a mended line";
constexpr std::string_view kMendLine = "the mended line, fed back as input";
constexpr std::string_view kNextRun = "the next run, by itself";
constexpr std::string_view kNever = "nothing";
constexpr std::string_view kItself = "the run, by itself";
constexpr std::string_view kNewRun = "the next run, once the key is right";

constexpr CodeSource kStripe = CodeSource::stripe;
constexpr CodeSource kItem = CodeSource::item;
constexpr CodeSource kLine = CodeSource::line;
constexpr CodeSource kAccount = CodeSource::account;
constexpr CodeSource kAnswer = CodeSource::answer;

constexpr std::string_view kAskPayer = "Ask the customer for another payment method.";

// Stripe's codes after docs.stripe.com/error-codes, as far as clone, attach, customer and account meet them.
constexpr CodeInfo kCodes[] = {
    {"card_declined", kStripe, "The bank declined the card when it was attached.", kAskPayer, kRetry},
    {"expired_card", kStripe, "The card has expired.", "Ask the customer for the renewed card.", kRetry},
    {"incorrect_cvc", kStripe, "The card's security code is wrong.", kAskPayer, kRetry},
    {"incorrect_number", kStripe, "The card's number is wrong.", kAskPayer, kRetry},
    {"incorrect_zip", kStripe, "The card's postal code is wrong.", kAskPayer, kRetry},
    {"invalid_expiry_month", kStripe, "The card's month of expiry is wrong.", kAskPayer, kRetry},
    {"invalid_expiry_year", kStripe, "The card's year of expiry is wrong.", kAskPayer, kRetry},
    {"card_decline_rate_limit_exceeded", kStripe, "The card was declined too often of late.",
     "Wait a day, then retry.", kRetry},
    {"processing_error", kStripe, "The card's network had trouble just then.", "Retry later.", kRetry},
    {"authentication_required", kStripe, "The bank wants the customer to authenticate.",
     "Collect the method anew on the connected account, with the customer present.", kRetry},
    {"resource_missing", kStripe,
     "Stripe has no such object: the payment method or customer does not exist in this mode, was deleted, or "
     "the "
     "customer does not own the method.",
     "Compare the line's ids with the platform's Dashboard, in the same mode as the key; then mend the line.",
     kRetry},
    {"payment_method_unexpected_state", kStripe,
     "The payment method is in a state that allows no cloning or attaching: used up, or detached.",
     "Ask the customer for a payment method anew; this one cannot be saved again.", kRetry},
    {"payment_method_unsupported_type", kStripe, "Stripe does not clone methods of this type.",
     "Only card and us_bank_account can be cloned; collect others on the connected account.", kMendLine},
    {"payment_method_unactivated", kStripe, "The connected account has not activated this type of method.",
     "Activate it in the account's settings (capabilities), then retry.", kRetry},
    {"payment_method_bank_account_blocked", kStripe, "The bank account was blocked after failed debits.",
     kAskPayer, kRetry},
    {"customer_max_payment_methods", kStripe, "The customer there has as many methods as Stripe allows.",
     "Detach some that nobody uses on the connected account, then retry.", kRetry},
    {"email_invalid", kStripe, "Stripe does not accept the customer's e-mail.",
     "Mend or empty the cell email.", kMendLine},
    {"parameter_invalid_empty", kStripe, "A field of the request was empty.", "Mend the line.", kMendLine},
    {"parameter_missing", kStripe, "A field of the request was missing.", "Mend the line.", kMendLine},
    {"parameter_unknown", kStripe, "Stripe does not know a field of the request.",
     "Check stripe.api_version in the job file.", kRetry},
    {"livemode_mismatch", kStripe,
     "The object is of the other mode: live ids with a test key, or the reverse.",
     "Use the list and the key of one mode.", kRetry},
    {"invalid_request_error", kStripe, "Stripe refused the request and gave no code, only a message.",
     "Read payferry_message in rejects.csv.", kRetry},
    {"card_error", kStripe, "The card was refused, without a code.", kAskPayer, kRetry},
    {"account_invalid", kStripe,
     "The platform has no access to the connected account: it was deauthorised, closed or mistyped.",
     "Reconnect the account, or take it out of the list.", kNextRun},
    {"platform_api_key_expired", kStripe, "The account is no longer connected, or the key was rotated.",
     "Reconnect the account, or renew the key.", kNextRun},
    {"platform_account_required", kStripe, "Only a platform may do this, and the key is of none.",
     "Use the platform's key.", kRetry},
    {"testmode_charges_only", kStripe, "The account may work in test mode only.", "Finish its onboarding.",
     kRetry},
    {"api_key_expired", kStripe, "The API key has expired. The run stopped, no item was touched.",
     "Renew the key.", kNewRun},
    {"secret_key_required", kStripe, "The key is a publishable one. The run stopped.",
     "Use a secret or restricted key.", kNewRun},
    {"rate_limit", kStripe, "Too many requests; never the end of an item.",
     "Nothing. If it goes on, lower limits, or see what else uses the platform's.", kItself},
    {"rate_limit_error", kStripe, "Too many requests; never the end of an item.", "Nothing.", kItself},
    {"lock_timeout", kStripe, "Something else was changing the same object.", "Nothing.", kItself},
    {"idempotency_key_in_use", kStripe, "The same request is still being worked on.", "Nothing.", kItself},
    {"idempotency_error", kStripe, "Somebody did this work in other words, under the same key.",
     "Nothing: what was done is looked up, and taken over.", kItself},
    {"api_error", kStripe, "Something failed at Stripe.", "Nothing; status.stripe.com tells more.", kItself},

    {"original_consumed", kItem,
     "The original was attached to no customer, so its one use is spent, and the answer with the clone was "
     "lost.",
     "Ask the customer for a payment method anew.", kNever},
    {"attached_elsewhere", kItem, "The clone is attached to another customer than ours; it was left there.",
     "Look at the customer that the message names: somebody attached it by hand or by another program.",
     kRetry},
    {"in_use", kItem,
     "A rollback left the clone attached: a payment or subscription names it, so somebody has used it since.",
     "Move that payment or subscription to another payment method, or detach all the same: `rollback "
     "--even-used`.",
     kNever},
    {"customer_refused", kItem,
     "The customer of this item could not be made there, so it could not be attached.",
     "Mend the customer's cells (name, email, phone, metadata).", kRetry},
    {"customer_deleted", kItem, "The customer on the connected account was deleted.",
     "Name another in target_customer, or empty the cell so that one is made.", kRetry},
    {"target_customer_missing", kItem,
     "The job uses existing customers only, and none is known for this one.",
     "Fill target_customer or target.customers_file, or set target.customer to create.", kRetry},
    {"unknown", kItem,
     "The answer to its last request never came: it may have been executed. Never counted as a failure.",
     "Run the same command again, best within 23 hours.", kNextRun},
    {"settling", kItem,
     "The answer to the making of its customer was lost, and Stripe's list may not show that customer yet.",
     "Run the same command again two hours later.", kNextRun},
    {"clone_refused", kItem, "Stripe called its clone unusable, and the clone has yet to be looked at.",
     "Run the same command again.", kNextRun},
    {"type_excluded", kItem, "Skipped: its type is not among target.types.",
     "Nothing, or widen target.types.", "the next reading of a list, once the type is wanted"},
    {"existing", kItem, "Skipped: the customer there has this card already.", "Nothing.", kNever},
    {"rolled_back", kItem, "Skipped: its clone was detached by a rollback.", "Nothing.",
     "`retry --code rolled_back`"},

    {"csv_malformed", kLine, "The line is no CSV: quotes do not match, or a lone carriage return.",
     "Mend the line in the list itself: it could not be read.", kMendLine},
    {"csv_columns", kLine, "The line has more or fewer fields than the header.",
     "Quote fields that hold commas.", kMendLine},
    {"line_too_long", kLine, "The line is longer than 1 MiB.", "Shorten it; a quote may be missing.",
     kMendLine},
    {"field_too_long", kLine, "A field is longer than 64 KiB.", "Shorten it.", kMendLine},
    {"nul_byte", kLine, "A field holds a NUL byte.", "Remove it.", kMendLine},
    {"invalid_utf8", kLine, "A field is not valid UTF-8.", "Save the file as UTF-8.", kMendLine},
    {"message_malformed", kLine, "The message of a queue is no JSON object, or names a field twice.",
     "Publish one JSON object a message, as docs/schemas/message.schema.json says.", kMendLine},
    {"message_unknown_field", kLine, "The message has a field that is not known.",
     "Remove or rename it; docs/schemas/message.schema.json has the fields.", kMendLine},
    {"message_wrong_type", kLine, "A field of the message is of another type than it has to be.",
     "Publish texts as texts, default as true or false, metadata as an object of texts.", kMendLine},
    {"message_too_long", kLine, "The message is longer than 1 MiB.", "Shorten it.", kMendLine},
    {"metadata_invalid_key", kLine,
     "A key of the message's metadata is empty, ours (payferry_), or holds a square bracket.", "Rename it.",
     kMendLine},
    {"payment_method_missing", kLine, "The cell payment_method is empty.", "Fill it.", kMendLine},
    {"payment_method_invalid", kLine, "The cell payment_method holds no id of one (pm_, card_, src_).",
     "Mend it.", kMendLine},
    {"customer_missing", kLine, "The cell customer is empty.",
     "Fill it, or decide on target.unattached_originals: consume, which uses such a method up.", kMendLine},
    {"customer_invalid", kLine, "The cell customer holds no customer's id (cus_).", "Mend it.", kMendLine},
    {"account_missing", kLine, "No account: the cell is empty, and target.accounts too.", "Fill one of them.",
     kMendLine},
    {"account_invalid_id", kLine, "The cell account holds no account's id (acct_).", "Mend it.", kMendLine},
    {"account_conflict", kLine, "account and payferry_account name different accounts.", "Empty one of them.",
     kMendLine},
    {"target_customer_invalid", kLine, "The cell target_customer holds no customer's id (cus_).", "Mend it.",
     kMendLine},
    {"target_customer_conflict", kLine, "The customer has another one on that account already.",
     "Empty target_customer, or name the one in the message.", kMendLine},
    {"default_invalid", kLine, "The cell default is neither true, false nor empty.", "Mend it.", kMendLine},
    {"metadata_too_long", kLine, "Metadata beyond Stripe's limits: 50 keys, 40 and 500 characters.",
     "Shorten it.", kMendLine},

    {"account_not_ready", kAccount, "The account cannot charge: charges_enabled is false.",
     "Finish its onboarding.", kNextRun},
    {"capability_*_inactive", kAccount,
     "The account cannot charge a type of method: the capability is not active.",
     "Ask for the capability, or leave the type out of target.types.", kNextRun},
    {"capability_*_pending", kAccount,
     "The account cannot charge a type of method yet: Stripe is still looking at it.", "Wait for Stripe.",
     kNextRun},
    {"other_customers", kAccount,
     "The account has customers of which nothing tells whether they are the platform's: nothing is moved "
     "there.",
     "Name them in target.customers_file, find them by target.find, or say target.other_customers: ignore.",
     kNextRun},
    {"customers_unreadable", kAccount,
     "The account's customers may not be read with this key: nothing is moved there.",
     "Let the key read customers, or say target.other_customers: ignore.", kNextRun},
    {"customers_unread", kAccount, "The account's customers could not be read in this run.",
     "See the log's message.", kNextRun},
    {"account_unread", kAccount, "The account could not be read before its first write.",
     "Let the key read connected accounts, or set target.preflight: none.", kNextRun},
    {"account_country_differs", kAccount,
     "The account is in another country than the platform: customers may be asked to authenticate at their "
     "first "
     "charge.",
     "Tell the account; charge with the customer present the first time.", kNever},
    {"ach_authorisation_missing", kAccount,
     "US bank accounts were moved, and nobody vouches that the connected accounts hold the payers' "
     "authorisation.",
     "Gather the authorisations, as Nacha's rules ask, and name who vouches in target.ach_authorised.",
     kNever},

    {"not_reachable", kAnswer, "No connection to Stripe could be made when it was asked.",
     "Look at network, proxy and `stripe.api_base`.", kItself},
    {"no_answer", kAnswer, "No answer came.", "Nothing.", kItself},
    {"timeout", kAnswer, "No answer came in time.", "Nothing; if it is frequent, raise stripe.timeout.",
     kItself},
    {"reset", kAnswer, "The connection broke.", "Nothing.", kItself},
    {"closed", kAnswer, "The connection was closed before an answer.", "Nothing.", kItself},
    {"too_large", kAnswer, "The answer is larger than any of Stripe's.", "Look for a proxy.", kItself},
    {"truncated", kAnswer, "The connection broke in the middle of the answer.", "Nothing.", kItself},
    {"malformed", kAnswer, "The answer was no answer of Stripe's.", "If it is frequent, look for a proxy.",
     kItself},
    {"unexpected_status", kAnswer, "A status that this API does not have, such as a redirect.",
     "Look for a proxy.", kItself},
    {"http_*", kAnswer, "An answer with that status and without Stripe's words: a proxy's, or an outage.",
     "Nothing.", kItself},
    {"retry_asked", kAnswer, "Stripe asked for the same request again.", "Nothing.", kItself},
    {"stopped", kAnswer, "The run was stopped before the answer came.", "Run the same command again.",
     kNextRun},
    {"internal", kAnswer, "A bug of ours kept the request from being finished.",
     "Keep ledger and log, and report it.", kNextRun},
    {"invalid_request", kAnswer, "The request could not be put into words; nothing was sent.",
     "Keep ledger and log, and report it.", kNextRun},
    {"forgotten", kAnswer, "Too old to be sent again: Stripe may have forgotten its key.",
     "Nothing: what was done is looked up, or done under a new key.", kItself},
    {"adopted", kAnswer, "The answer was lost; what it made was found, and taken over.", "Nothing.", kNever},
    {"not_found", kAnswer, "The answer was lost, and nothing was made.", "Nothing.", kItself},
};

}  // namespace

std::span<const CodeInfo> codes() {
  return kCodes;
}

}  // namespace payferry

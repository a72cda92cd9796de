// Everything the till says and prints, in Hebrew and in English.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace moadon {

enum class Language { kHebrew, kEnglish };

// "he" or "en".
std::optional<Language> language_of(std::string_view code);

// One language. {} stand for what is filled in; the comment says with what.
struct Texts {
  bool right_to_left;
  // What a cashier types, a line each.
  const char* help;

  const char* welcome;         // register
  const char* prompt;          // while selling
  const char* return_prompt;   // while returning
  const char* price_question;  // code
  const char* not_understood;  // what was typed
  const char* no_price;
  const char* basket_empty;
  const char* basket_cancelled;
  const char* line_cancelled;
  const char* no_such_line;
  const char* basket_open;
  const char* running_total;  // money
  const char* own_prices;
  const char* not_enough;  // money missing
  const char* sale_waits;  // receipt
  const char* waiting_gone;
  const char* waiting_left;   // how many
  const char* not_kept;       // why
  const char* member_is;      // name or key
  const char* member_stage;   // stage
  const char* member_points;  // points
  const char* member_gone;
  const char* join_offer;
  const char* nobody_to_join;
  const char* joined;
  const char* ask;  // what to say
  const char* answer_thanks;
  const char* nothing_asked;
  const char* answer_unclear;
  const char* key_kept;
  const char* receipt_is_return;
  const char* nothing_left;
  const char* units_left;  // quantity
  const char* taken_back;  // quantity, description
  const char* too_many;    // quantity left
  const char* nothing_taken;
  const char* return_cancelled;
  const char* input_ended;
  const char* not_applied;     // title, why
  const char* points_to_earn;  // points
  const char* points_can_pay;  // points, money
  const char* points_pay;      // points, money
  const char* no_points_to_pay;
  const char* gift_balance_pays;  // money
  const char* next_tier;          // title, what is missing
  const char* purchase_days;      // count
  const char* right_granted;      // title
  const char* give_along;         // description
  const char* code_taken;         // code
  const char* nothing_held;

  const char* online;
  const char* offline_since;  // time
  const char* offline_always;
  const char* undelivered;  // how many
  const char* program;      // version
  const char* agent;        // version

  // On paper.
  const char* register_word;
  const char* cashier;
  const char* receipt;
  const char* return_receipt;
  const char* of_receipt;
  const char* copy;
  const char* discount;
  const char* total;
  const char* saved;
  const char* to_pay;
  const char* cash;
  const char* card;
  const char* other_tender;
  const char* gift_balance;
  const char* points_back;
  const char* cash_rounding;
  const char* given;
  const char* change;
  const char* credit;
  const char* vat_included;
  const char* member;
  const char* not_member;
  const char* offline;

  const char* stage_potential;
  const char* stage_interested;
  const char* stage_new;
  const char* stage_active;
  const char* stage_loyal;
  const char* stage_churning;

  // Refusals that a cashier can meet.
  const char* member_unknown;
  const char* key_ambiguous;
  const char* key_taken;
  const char* server_unreachable;
  const char* agent_unreachable;
  const char* too_slow;
  const char* busy;
  const char* disk_failed;
  const char* program_missing;
  const char* receipt_unknown;
  const char* receipt_reused;
  const char* points_short;
  const char* right_not_left;
  const char* return_exceeds_sold;
  const char* line_unknown;
  const char* token_unknown;
  const char* token_revoked;
  const char* journal_forked;
  const char* journal_altered;
  const char* journal_full;
  const char* sale_not_here;
  const char* key_wrong;
  const char* field_wrong;  // field
  const char* amount_wrong;
  const char* too_large;
  const char* other_refusal;  // reason, message
};

const Texts& texts_of(Language language);

// The stage's word for people; empty for none. `stage` as messages have it: "STAGE_LOYAL".
std::string stage_word(const Texts& texts, std::string_view stage);

}  // namespace moadon

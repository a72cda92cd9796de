// The words of both languages. $0, $1 are filled in with absl::Substitute; the comment says with
// what.
#pragma once

#include "absl/strings/string_view.h"
#include "moadon/v1/program.pb.h"

namespace moadon::wording {

struct Words {
  bool is_right_to_left;
  const char* weekdays[7];  // from Sunday

  // Why a benefit did not apply, for the cashier to say.
  const char* member_needed;
  const char* other_branch;
  const char* starts;       // weekday, date
  const char* ended;        // date
  const char* tier_needed;  // titles
  const char* no_tier_needed;
  const char* other_stage;
  const char* tag_missing;
  const char* not_first_purchase;
  const char* purchase_days_missing;  // count, two or more
  const char* purchase_day_missing;
  const char* birthday_from;  // date
  const char* birthday_unknown;
  const char* anniversary_from;  // date
  const char* anniversary_unknown;
  const char* other_weekday;  // weekday, date
  const char* other_hours;    // from, until
  const char* right_missing;  // title
  const char* code_missing;
  const char* products_missing;
  const char* quantity_missing;  // quantity
  const char* spend_missing;     // money
  const char* limit_in_basket;   // count
  const char* used_once;         // period
  const char* used_twice;        // period
  const char* used_often;        // count, period
  const char* period_day;
  const char* period_month;
  const char* period_year;
  const char* period_ever;
  const char* club_limit;
  const char* club_budget;
  const char* changes_nothing;
  const char* better_in_group;  // title
  const char* silenced_by;      // title
  const char* silenced;
  const char* basket_cap_reached;  // money
  const char* server_needed;
  const char* not_now;
  const char* code_unknown;  // code
  const char* code_unused;   // code, why

  // On the receipt.
  const char* kilograms;  // quantity
  const char* discount;
  const char* price_changed;
  const char* total;
  const char* vat_included;
  const char* saved;
  const char* paid_with_points;  // points
  const char* gift_balance;
  const char* to_pay;
  const char* points_earned;
  const char* points_from;   // date
  const char* points_until;  // date
  const char* points_spent;
  const char* points_available;
  const char* tier;          // title
  const char* next_tier;     // title
  const char* tier_reached;  // title
  const char* one_purchase_day;
  const char* purchase_days;  // count
  const char* both;           // first, second
  const char* either;         // first, second
  const char* granted;        // title
  const char* several;        // title, count
  const char* valid_from;     // date
  const char* valid_until;    // date
  const char* gift;           // description
};

// The words of the language of the program's texts.
const Words& words_of(const v1::Program& program);

}  // namespace moadon::wording

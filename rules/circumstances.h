// Everything a condition may ask about, looked up once for a basket: who, where, when, what. Points
// into the basket and the facts it was made from. Built once, then only read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "moadon/v1/facts.pb.h"
#include "moadon/v1/sale.pb.h"
#include "rules/basket_lines.h"
#include "rules/held_rights.h"
#include "rules/pricing.h"
#include "rules/product_filter.h"

namespace moadon {

class ReadyProgram;

struct Circumstances {
  const v1::Basket& basket;
  const v1::MemberFacts& facts;             // the default message unless is_known
  bool is_member = false;                   // somebody is identified: points are earned
  bool is_known = false;                    // their facts are known too: benefits for members apply
  const v1::OfflineTerms* terms = nullptr;  // null: none are in force
  const Occasion& occasion;
  OccasionDays days;
  uint32_t weekday = 0;  // a bit, of the business date
  BasketLines lines;
  FilterMatches matches;
  HeldRights rights;               // that may be used that day
  std::vector<std::string> codes;  // entered, in the letters that codes are compared in
};

// Facts of a member of whom nothing is known count as none: rules/pricing.h. `lines` as made from
// the basket; the other arguments must outlive the result.
Circumstances look_at(const ReadyProgram& program, const v1::Basket& basket,
                      const v1::MemberFacts& facts, const Occasion& occasion, BasketLines lines);

// Codes match whatever the case of their ASCII letters.
std::string code_to_compare(const std::string& code);

}  // namespace moadon

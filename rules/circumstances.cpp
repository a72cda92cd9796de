#include "rules/circumstances.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "rules/benefit_window.h"
#include "rules/calendar.h"
#include "rules/ready_program.h"

namespace moadon {
namespace {

OccasionDays days_of(const v1::OfflineTerms& terms, const Occasion& occasion) {
  const absl::CivilDay day = occasion.business_day;
  if (terms.latest_date().empty()) return {day, day};
  return {day, std::max(day, parse_day(terms.latest_date(), "latest_date").value_or(day))};
}

}  // namespace

std::string code_to_compare(const std::string& code) { return absl::AsciiStrToLower(code); }

Circumstances look_at(const ReadyProgram& program, const v1::Basket& basket,
                      const v1::MemberFacts& facts, const Occasion& occasion, BasketLines lines) {
  const bool is_known = !facts.member_id().empty() && facts.snapshot() > 0;
  const v1::MemberFacts& trusted = is_known ? facts : v1::MemberFacts::default_instance();
  const OccasionDays days = days_of(facts.offline(), occasion);
  FilterMatches matches = program.filters().match(basket.lines(), lines.articles);
  Circumstances at{basket,
                   trusted,
                   !facts.member_id().empty(),
                   is_known,
                   facts.has_offline() ? &facts.offline() : nullptr,
                   occasion,
                   days,
                   weekday_bit(occasion.business_day),
                   std::move(lines),
                   std::move(matches),
                   HeldRights(trusted, days),
                   {}};
  at.codes.reserve(static_cast<size_t>(basket.coupon_codes_size()));
  for (const std::string& code : basket.coupon_codes()) at.codes.push_back(code_to_compare(code));
  return at;
}

}  // namespace moadon

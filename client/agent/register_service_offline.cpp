// What registers are answered from the cards that are kept, while the server is out of reach.
#include <algorithm>

#include "client/agent/register_service.h"
#include "identity/cashier_line.h"
#include "identity/normal_key.h"
#include "rules/calendar.h"
#include "rules/offline.h"
#include "rules/program.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

constexpr int64_t kHourUs = 3'600'000'000;

int64_t issue_time_us(const v1::MemberFacts& facts) {
  return time_us_of(facts.issued_at(), "issued_at").value_or(0);
}

}  // namespace

int64_t RegisterService::latest_now_us() const {
  return std::max({parts_.clock.now_us(), parts_.link.corrected_now_us().value_or(0),
                   parts_.cards.feed().cache_time_us});
}

bool RegisterService::may_price(const v1::MemberFacts& facts, int64_t now_us,
                                const v1::Program& program) const {
  return now_us - issue_time_us(facts) <= cache_valid_hours_of(program) * kHourUs;
}

absl::Status RegisterService::identify_offline(const v1::Key& key, v1::IdentifyResponse& response) {
  const auto pricing = parts_.shelf.in_force(now_us());
  const v1::Program program = pricing == nullptr ? v1::Program() : pricing->program();
  const auto card = parts_.cards.find(presented_key(key, program.country_code()).candidates);
  if (!card) {
    return refuse(v1::REASON_SERVER_UNREACHABLE,
                  "the server does not answer, and who that is is not kept here");
  }
  const bool prices = may_price(card->facts(), latest_now_us(), program);
  if (prices) {
    *response.mutable_facts() = card->facts();
    parts_.facts.remember(card->facts());
  } else {
    response.mutable_facts()->set_member_id(card->member_id());
  }
  response.set_display_name(card->display_name());
  response.set_cashier_line(cashier_line(language_of(program), first_name_in(card->display_name()),
                                         response.facts().stage()));
  *response.mutable_cached_as_of() = card->facts().issued_at();
  return absl::OkStatus();
}

bool RegisterService::is_of_this_sale(const v1::MemberFacts& facts) const {
  return now_us() - issue_time_us(facts) <= kHourUs;
}

std::optional<v1::MemberFacts> RegisterService::kept_facts(const std::string& member_id) {
  const auto pricing = parts_.shelf.in_force(now_us());
  if (pricing == nullptr) return std::nullopt;
  auto card = parts_.cards.find_member(member_id);
  if (!card || !may_price(card->facts(), latest_now_us(), pricing->program())) return std::nullopt;
  parts_.facts.remember(card->facts());
  return std::move(*card->mutable_facts());
}

void RegisterService::add_cache(v1::StatusResponse& response) const {
  response.set_cached_member_count(parts_.cards.card_count());
  const int64_t cache_time_us = parts_.cards.feed().cache_time_us;
  if (cache_time_us > 0) *response.mutable_cache_time() = timestamp_of(cache_time_us);
  const auto pricing = parts_.shelf.in_force(now_us());
  response.set_cache_valid_hours(
      cache_valid_hours_of(pricing == nullptr ? v1::Program() : pricing->program()));
  response.set_clock_skew_ms(absl::ToInt64Milliseconds(parts_.link.clock_skew()));
}

}  // namespace moadon::agent

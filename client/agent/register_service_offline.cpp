// What registers are answered from the cards that are kept, while the server is out of reach.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "client/agent/offline_terms.h"
#include "client/agent/register_service.h"
#include "identity/cashier_line.h"
#include "identity/normal_key.h"
#include "rules/calendar.h"
#include "rules/durations.h"
#include "rules/offline.h"
#include "rules/program.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

int64_t issue_time_us(const v1::MemberFacts& facts) {
  return time_us_of(facts.issued_at(), "issued_at").value_or(0);
}

}  // namespace

bool RegisterService::may_price(const v1::MemberFacts& facts, int64_t latest_us) const {
  const auto pricing = parts_.shelf.in_force(now_us());
  const int64_t valid_hours = cache_valid_hours_of(program_in(pricing));
  return valid_hours > 0 && latest_us - issue_time_us(facts) <= valid_hours * kHourUs;
}

bool RegisterService::may_price(const KnownFacts& known, int64_t latest_us) const {
  const bool is_of_sale = known.give_us > 0 && latest_us - known.give_us <= kSaleLifeUs;
  return is_of_sale || may_price(known.facts, latest_us);
}

absl::Status RegisterService::identify_offline(const v1::Key& key, v1::IdentifyResponse& response) {
  const auto pricing = parts_.shelf.in_force(now_us());
  const v1::Program& program = program_in(pricing);
  const auto card = parts_.cards.find(presented_key(key, program.country_code()).candidates);
  if (!card) {
    return refuse(v1::REASON_SERVER_UNREACHABLE,
                  "the server does not answer, and who that is is not kept here");
  }
  if (may_price(card->facts(), parts_.time.latest_us())) {
    *response.mutable_facts() = card->facts();
    parts_.facts.remember_kept(card->facts());
  } else {
    parts_.facts.end_sale(card->member_id());
    response.mutable_facts()->set_member_id(card->member_id());
  }
  response.set_display_name(card->display_name());
  response.set_cashier_line(cashier_line(language_of(program), first_name_in(card->display_name()),
                                         response.facts().stage()));
  *response.mutable_cached_as_of() = card->facts().issued_at();
  return absl::OkStatus();
}

std::optional<v1::MemberFacts> RegisterService::kept_facts(const std::string& member_id) {
  auto card = parts_.cards.find_member(member_id);
  if (!card || !may_price(card->facts(), parts_.time.latest_us())) return std::nullopt;
  parts_.facts.remember_kept(card->facts());
  return std::move(*card->mutable_facts());
}

bool RegisterService::needs_terms(const Caller& caller, const KnownFacts& known) {
  if (parts_.link.is_away() || known.is_kept) return true;
  // The clock was put back, and before the first word of the server nobody knows how far.
  if (const int64_t latest_us = parts_.time.latest_us(); latest_us > now_us()) return true;
  if (known.facts.member_id().empty()) return false;
  const auto awaits =
      parts_.offline.awaits_delivery(caller.till.register_id, known.facts.member_id());
  return !awaits.ok() || *awaits;
}

bool RegisterService::is_behind(const Caller& caller, const v1::MemberFacts& facts) const {
  if (facts.member_id().empty()) return false;
  const absl::StatusOr<bool> behind =
      parts_.offline.is_behind({caller.till.register_id, facts.member_id(), issue_time_us(facts)});
  return !behind.ok() || *behind;
}

v1::OfflineTerms RegisterService::terms_left(const v1::MemberFacts& facts,
                                             const v1::Program& program,
                                             const StandingQuery& query) const {
  if (facts.member_id().empty() || facts.snapshot() == 0) return {};
  StandingQuery of_facts = query;
  of_facts.facts_time_us = issue_time_us(facts);
  const absl::StatusOr<OfflineStanding> standing = parts_.offline.standing(of_facts);
  if (standing.ok()) {
    const auto now = parts_.shelf.in_force(now_us());
    const v1::OfflineTerms terms = terms_of(*standing, facts, program);
    return now == nullptr ? terms : lesser_terms(terms, terms_of(*standing, facts, now->program()));
  }
  spdlog::error("event=standing_not_read register={} message=\"{}\"", query.register_id,
                absl::Utf8SafeCEscape(standing.status().message()));
  return {};
}

v1::OfflineTerms RegisterService::terms_for(const Caller& caller, const QuoteInputs& inputs,
                                            const TermsQuery& query) const {
  const v1::Program& program = inputs.pricing->program();
  const int64_t latest_us = parts_.time.latest_us();
  v1::OfflineTerms terms;
  if (may_price(inputs.facts, query.then_us)) {
    terms = terms_left(inputs.facts, program,
                       {.register_id = caller.till.register_id,
                        .member_id = inputs.facts.member_id(),
                        .latest_us = latest_us,
                        .lease_us = query.then_us,
                        .hold_id = query.hold_id});
  }
  const auto day_at = [&](int64_t time_us) {
    return occasion_at(std::min(kMaxTimeUs, time_us), caller.till.place.get(), program)
        .business_day;
  };
  const int64_t ahead_us = std::max<int64_t>(0, latest_us - now_us());
  const absl::CivilDay latest_day =
      std::max(day_at(inputs.time_us + ahead_us), day_at(query.then_us));
  if (latest_day > inputs.occasion.business_day) terms.set_latest_date(format_day(latest_day));
  return terms;
}

void RegisterService::set_terms(const Caller& caller, QuoteInputs& inputs,
                                const TermsQuery& query) const {
  v1::OfflineTerms terms;
  if (inputs.pricing != nullptr) {
    terms = terms_for(caller, inputs, query);
    if (query.quoted) {
      terms = lesser_terms(trimmed_terms(*query.quoted, inputs.facts, inputs.pricing->program()),
                           terms);
    }
  }
  inputs.facts.clear_offline();
  // Nobody's facts say something only where they take something away.
  if (inputs.facts.snapshot() == 0 && terms.latest_date().empty()) return;
  *inputs.facts.mutable_offline() = std::move(terms);
}

void RegisterService::set_terms(const Caller& caller, QuoteInputs& inputs) const {
  set_terms(caller, inputs, {.then_us = parts_.time.latest_us()});
}

void RegisterService::add_cache(const Caller& caller, v1::StatusResponse& response) const {
  response.set_cached_member_count(parts_.cards.card_count());
  const int64_t cache_time_us = parts_.cards.feed().cache_time_us;
  if (cache_time_us > 0) *response.mutable_cache_time() = timestamp_of(cache_time_us);
  const auto pricing = parts_.shelf.in_force(now_us());
  response.set_cache_valid_hours(cache_valid_hours_of(program_in(pricing)));
  response.set_clock_skew_ms(absl::ToInt64Milliseconds(parts_.link.clock_skew()));
  if (response.cache_valid_hours() == 0 || pricing == nullptr) return;
  const StandingQuery nobody{.register_id = caller.till.register_id,
                             .latest_us = parts_.time.latest_us(),
                             .lease_us = parts_.time.latest_us()};
  const auto standing = parts_.offline.standing(nobody);
  if (standing.ok()) {
    response.set_offline_left_minor(register_left_minor(*standing, pricing->program()));
  }
  response.set_leased_right_count(
      parts_.offline.free_lease_count(caller.till.register_id, nobody.latest_us).value_or(0));
}

}  // namespace moadon::agent

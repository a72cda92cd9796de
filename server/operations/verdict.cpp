#include "server/operations/verdict.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "rules/calendar.h"
#include "rules/durations.h"
#include "rules/offline.h"
#include "rules/price.h"
#include "server/operations/facts_seal.h"

namespace moadon {
namespace {

constexpr int64_t kMaxPricedBeforeUs = kHourUs;  // RecordContext.priced_at
constexpr int kMinutesPerHour = 60;

int64_t priced_us(const v1::RecordContext& context, int64_t sale_us) {
  if (!context.has_priced_at()) return sale_us;
  const absl::StatusOr<int64_t> priced = time_us_of(context.priced_at(), "context.priced_at");
  if (!priced.ok() || *priced > sale_us || *priced < sale_us - kMaxPricedBeforeUs) return sale_us;
  return *priced;
}

Occasion occasion_of(int64_t time_us, const RegisterView& at) {
  const absl::CivilMinute local = absl::ToCivilMinute(absl::FromUnixMicros(time_us), at.zone);
  return {at.branch_id, business_day(time_us, at.zone, at.day_start_minutes),
          local.hour() * kMinutesPerHour + local.minute()};
}

// The version that judges: the one named, where it was ever published.
void choose_version(int64_t named, int64_t time_us, int64_t sale_us, const ClubView& view,
                    SaleCase& by) {
  const int64_t in_force = view.program_at(time_us).version();
  by.program_version = in_force;
  if (named == 0) return;
  if (view.program(named) == nullptr) {
    by.differences.emplace_back().mutable_program_unknown()->set_program_version(named);
    return;
  }
  by.program_version = named;
  if (named == in_force || named == view.program_at(sale_us).version()) return;
  v1::ProgramOutdated& outdated = *by.differences.emplace_back().mutable_program_outdated();
  outdated.set_program_version(named);
  outdated.set_version_in_force(in_force);
}

// An agent can claim no more than the program allows any.
void take_terms(const v1::RecordContext& context, const ClubView& view, SaleCase& by) {
  by.facts.clear_offline();
  const v1::Program* program = view.program(by.program_version);
  if (!context.facts().has_offline() || by.has_bad_facts || program == nullptr) return;
  *by.facts.mutable_offline() = trimmed_terms(context.facts().offline(), by.facts, *program);
}

bool pays_with_gift_balance(const v1::Sale& sale) {
  return std::any_of(sale.tenders().begin(), sale.tenders().end(), [](const v1::Tender& tender) {
    return tender.kind() == v1::TENDER_KIND_GIFT_BALANCE && tender.amount_minor() > 0;
  });
}

// What is for people, and what did not happen, is not kept.
void strip(v1::Quote& quote) {
  quote.clear_not_applied();
  quote.clear_refused_codes();
  quote.clear_receipt_messages();
  quote.clear_cashier_prompts();
  quote.clear_receipt_lines();
}

}  // namespace

SaleCase case_of(const v1::Sale& sale, const v1::RecordContext& context,
                 const storage::SaleRow& row, const ClubView& view, const RegisterView& at) {
  SaleCase by;
  const int64_t sale_us = row.effective_time_us;
  const int64_t time_us = priced_us(context, sale_us);
  by.occasion = occasion_of(time_us, at);
  choose_version(context.program_version(), time_us, sale_us, view, by);
  by.is_bare = !view.has_promises(by.program_version) && !pays_with_gift_balance(sale);
  by.named_snapshot = context.facts().snapshot();
  if (by.named_snapshot != 0) {
    by.has_bad_facts = !is_sealed(context.facts(), view.digest_key());
    if (!by.has_bad_facts) by.facts = context.facts();
  }
  take_terms(context, view, by);
  return by;
}

bool lacks_facts(const SaleCase& by, const std::string& member_id) {
  if (by.has_bad_facts) return true;
  return !by.facts.member_id().empty() && by.facts.member_id() != member_id;
}

Verdict judge(const v1::Sale& sale, const SaleCase& by, const std::string& member_id,
              const ClubView& view) {
  Verdict verdict;
  verdict.occasion = by.occasion;
  if (!member_id.empty() && by.facts.member_id() == member_id) {
    verdict.facts = by.facts;
  } else {
    verdict.facts.set_member_id(member_id);
    const bool names_none = by.facts.member_id().empty() && by.facts.has_offline();
    if (names_none) *verdict.facts.mutable_offline() = by.facts.offline();
  }
  if (by.is_bare) return verdict;
  absl::StatusOr<v1::Quote> quote =
      view.pricing(by.program_version).quote(basket_of(sale), verdict.facts, by.occasion);
  // Money was paid already: where the rules cannot price, what was asked is what was right.
  if (!quote.ok()) return verdict;
  verdict.quote = *std::move(quote);
  strip(verdict.quote);
  return verdict;
}

bool has_promises(const v1::Quote& quote) {
  return !quote.applied().empty() || !quote.rights_used().empty() ||
         !quote.rights_granted().empty() || !quote.gifts().empty() ||
         quote.points().earned_milli() > 0 || quote.points().spent_milli() > 0 ||
         quote.gift_balance_minor() > 0;
}

int64_t verdict_minor(const v1::Sale& sale, const Verdict& verdict, int line) {
  return verdict.quote.lines().empty() ? charged_minor(sale.lines(line))
                                       : verdict.quote.lines(line).paid_net_minor();
}

storage::VerdictRow row_of(const Verdict& verdict, const storage::SaleRow& sale) {
  storage::VerdictRow row;
  row.member_id = sale.member_id;
  row.sale_id = sale.sale_id;
  row.occasion_day = day_number(verdict.occasion.business_day);
  row.occasion_minute = verdict.occasion.minute_of_day;
  row.verdict = verdict.quote.SerializeAsString();
  row.facts = verdict.facts.SerializeAsString();
  return row;
}

absl::StatusOr<Verdict> verdict_of(const storage::VerdictRow& row, const std::string& branch_id) {
  Verdict verdict;
  if (!verdict.quote.ParseFromString(row.verdict) || !verdict.facts.ParseFromString(row.facts)) {
    return absl::InternalError("a verdict cannot be read");
  }
  verdict.occasion = {branch_id, day_of_number(row.occasion_day),
                      static_cast<int>(row.occasion_minute)};
  return verdict;
}

}  // namespace moadon

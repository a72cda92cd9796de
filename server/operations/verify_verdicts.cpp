#include "server/operations/verify_verdicts.h"

#include <google/protobuf/util/message_differencer.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/durations.h"
#include "server/operations/impersonal.h"
#include "server/operations/member_id.h"
#include "server/storage/member_store.h"

namespace moadon {
namespace {

// Whether a sale names a version that had been published when it came.
bool names_version(const storage::SaleRow& sale, const ClubView& view) {
  const v1::Program* program = view.program(sale.program_version);
  if (program == nullptr) return false;
  const auto published_us = time_us_of(program->publish_time(), "publish_time");
  return published_us.ok() && *published_us <= sale.received_us;
}

std::string owner_of(const storage::SaleRow& row) {
  return absl::StrCat("sale ", row.register_id, " ", row.receipt);
}

// What is kept of a quote: no reasons and no texts.
void strip(v1::Quote& quote) {
  quote.clear_not_applied();
  quote.clear_refused_codes();
  quote.clear_cashier_prompts();
  quote.clear_receipt_messages();
  quote.clear_receipt_lines();
  quote.clear_reference();
}

// Points that the kept units still spend: each line's share, as its price is shared.
int64_t spent_milli_of(const v1::Quote& verdict, const PlainSale& sale,
                       const std::vector<int64_t>& returned_milli) {
  int64_t spent_milli = 0;
  for (int i = 0; i < verdict.lines_size() && i < sale.content.lines_size(); ++i) {
    const int64_t points_milli = verdict.lines(i).points_spent_milli();
    spent_milli += points_milli - plain_share(points_milli, returned_milli[i],
                                              sale.content.lines(i).quantity_milli());
  }
  return spent_milli;
}

std::vector<int64_t> kept_milli_of(const PlainSale& sale,
                                   const std::vector<int64_t>& returned_milli) {
  std::vector<int64_t> kept_milli;
  for (int i = 0; i < sale.content.lines_size(); ++i) {
    kept_milli.push_back(sale.content.lines(i).quantity_milli() - returned_milli[i]);
  }
  return kept_milli;
}

// Of a sale of which nothing came back.
KeptRewards all_of(const v1::Quote& verdict) {
  KeptRewards all;
  all.earned_milli = verdict.points().earned_milli();
  for (const v1::QuotedGrant& granted : verdict.rights_granted()) {
    all.kept_grants.push_back(granted.right_count());
  }
  all.right_use_stands.assign(verdict.rights_used_size(), true);
  all.benefit_stands.assign(verdict.applied_size(), true);
  return all;
}

}  // namespace

const Pricing& VerdictCheck::pricing_of(int64_t version) {
  const auto known = pricings_.find(version);
  if (known != pricings_.end()) return known->second;
  return pricings_.emplace(version, Pricing(*view_.program(version))).first->second;
}

// The version that a sale names, else the one in force when it was priced: within the hour before.
bool VerdictCheck::is_version_of(const storage::SaleRow& sale, int64_t version) const {
  if (names_version(sale, view_)) return version == sale.program_version;
  return version >= view_.program_at(sale.effective_time_us - kHourUs).version() &&
         version <= view_.program_at(sale.effective_time_us).version();
}

absl::StatusOr<std::optional<PlainPromise>> VerdictCheck::check(const PlainSale& sale) {
  if (sale.verdict_row == nullptr) {
    check_silent(sale);
    return std::nullopt;
  }
  return check_verdict(sale);
}

absl::StatusOr<std::optional<PlainPromise>> VerdictCheck::check_verdict(const PlainSale& sale) {
  const storage::KeptVerdict& row = *sale.verdict_row;
  PlainPromise promise;
  promise.sale = &sale;
  v1::MemberFacts facts;
  if (!facts.ParseFromString(row.facts)) {
    return absl::InternalError("a verdict's facts cannot be read");
  }
  Comparison compare(owner_of(*sale.row), found_);
  const int64_t version = sale.verdict.program_version();
  if (!is_version_of(*sale.row, version)) {
    compare.same("sale_verdict.program_version", version, sale.row->program_version);
    return std::nullopt;
  }
  const bool is_nobody = sale.row->member_id == storage::kNobody;
  const std::string member_id = is_nobody ? "" : member_id_text(sale.row->member_id);
  compare.same("sale_verdict.member_id", facts.member_id(), member_id);
  const Occasion occasion{sale.row->branch_id, day_of_number(row.occasion_day),
                          static_cast<int>(row.occasion_minute)};
  const Pricing& pricing = pricing_of(version);
  // Of an erased member nobody knows any more what the rules were told: the verdict counts as
  // given.
  absl::StatusOr<v1::Quote> quote = lacks_personal_parts(facts)
                                        ? sale.verdict
                                        : pricing.quote(basket_of(sale.content), facts, occasion);
  if (!quote.ok()) return quote.status();
  v1::Quote kept = sale.verdict;
  strip(kept);
  strip(*quote);
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  if (!differencer.Compare(kept, *quote)) {
    compare.same("sale_verdict.verdict", "", absl::string_view(difference));
  }
  promise.verdict = *std::move(quote);
  promise.is_under_terms = facts.has_offline();
  compare_points(promise, pricing, facts, occasion);
  return promise;
}

// Returns count one after the other in the order of their time, however they arrived.
void VerdictCheck::compare_points(PlainPromise& promise, const Pricing& pricing,
                                  const v1::MemberFacts& facts, const Occasion& occasion) {
  const PlainSale& sale = *promise.sale;
  const v1::Basket basket = basket_of(sale.content);
  promise.earned_milli = promise.earned_kept_milli = promise.verdict.points().earned_milli();
  promise.spent_milli = promise.spent_kept_milli = promise.verdict.points().spent_milli();
  promise.kept = sale.returns.empty()
                     ? all_of(promise.verdict)
                     : pricing.kept_rewards(basket, facts, occasion, promise.verdict,
                                            kept_milli_of(sale, sale.returned_milli));
  for (const PlainReturn* returned : sale.returns) {
    KeptRewards kept = pricing.kept_rewards(basket, facts, occasion, promise.verdict,
                                            kept_milli_of(sale, returned->returned_milli));
    const int64_t spent_milli = spent_milli_of(promise.verdict, sale, returned->returned_milli);
    const storage::ReturnRow& row = *returned->row;
    Comparison compare(absl::StrCat("return ", row.register_id, " ", row.receipt), found_);
    compare.same("return.earned_back_milli", row.earned_back_milli,
                 promise.earned_kept_milli - kept.earned_milli);
    compare.same("return.spent_back_milli", row.spent_back_milli,
                 promise.spent_kept_milli - spent_milli);
    promise.earned_kept_milli = kept.earned_milli;
    promise.spent_kept_milli = spent_milli;
    promise.after.push_back({std::move(kept), spent_milli});
  }
  Comparison compare(owner_of(*sale.row), found_);
  compare.same("sale_verdict.earned_milli", sale.verdict_row->earned_milli,
               promise.earned_kept_milli);
  compare.same("sale_verdict.spent_milli", sale.verdict_row->spent_milli, promise.spent_kept_milli);
}

// Without other facts a member earns whatever they buy; what else the rules might have had to say
// hangs on the minute.
void VerdictCheck::check_silent(const PlainSale& sale) {
  const RegisterView* at = view_.register_of_id(sale.row->register_id);
  const bool has_facts = sale.row->facts_snapshot != 0;  // they are not kept
  if (has_facts || at == nullptr || sale.row->member_id == storage::kNobody) return;
  int64_t version = sale.row->program_version;
  if (!names_version(*sale.row, view_)) {
    version = view_.program_at(sale.row->effective_time_us).version();
  }
  v1::MemberFacts facts;
  facts.set_member_id(member_id_text(sale.row->member_id));
  const absl::CivilSecond local =
      absl::ToCivilSecond(absl::FromUnixMicros(sale.row->effective_time_us), at->zone);
  const Occasion occasion{sale.row->branch_id, day_of_number(sale.row->business_day),
                          local.hour() * 60 + local.minute()};
  const absl::StatusOr<v1::Quote> quote =
      pricing_of(version).quote(basket_of(sale.content), facts, occasion);
  if (quote.ok() && quote->points().earned_milli() > 0) {
    Comparison(owner_of(*sale.row), found_).same("sale_verdict", "none", "earns points");
  }
}

}  // namespace moadon

#include "server/operations/verify_club.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/member_id.h"
#include "server/operations/page_token.h"
#include "server/operations/verify_documents.h"
#include "server/operations/verify_leases.h"
#include "server/operations/verify_merges.h"
#include "server/operations/verify_promises.h"
#include "server/storage/member_branch_store.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_field_store.h"
#include "server/storage/member_origin_store.h"
#include "server/storage/member_sign_store.h"
#include "server/storage/member_store.h"
#include "server/storage/orphan_store.h"
#include "server/storage/receipt_store.h"
#include "server/storage/stage_move_store.h"
#include "server/storage/unclaimed_name_store.h"

namespace moadon {
namespace {

constexpr int kDefaultMembers = 1000;
constexpr int kMaxMembers = 10'000;
constexpr int kAnyStage = 0;
constexpr int kAll = std::numeric_limits<int>::max();
constexpr int kNobodysPerScan = 500;
constexpr int64_t kFirstDayEver = std::numeric_limits<int64_t>::min();

// One page of checking, on one snapshot.
class Verification final {
 public:
  Verification(sqlite::Connection& connection, const ClubView& view, int64_t now_us)
      : connection_(connection),
        view_(view),
        today_(day_number(view.day_of(now_us))),
        promises_(connection, view, today_, found_) {
    for (const StageVersion& version : view.stage_versions()) {
      const v1::Program& program = *view.program(version.program_version);
      const int64_t start_day = versions_.empty() ? kFirstDayEver : day_number(version.start_day);
      versions_.push_back({start_day, program.stages(), version.program_version});
    }
  }

  absl::Status check_member(const storage::MemberRow& row);
  absl::Status check_nobody();
  std::vector<v1::Disagreement> take_found() { return std::move(found_); }

 private:
  absl::Status check_sums(const storage::MemberRow& row, const PlainDocuments& documents,
                          const PlainPerson& person);
  void check_merges(const storage::MemberRow& row, const PlainPerson& person);
  absl::Status check_contacts(const storage::MemberRow& row);
  absl::Status check_branches(const storage::MemberRow& row,
                              const std::vector<storage::SaleRow>& sales);
  absl::Status check_days(const storage::MemberRow& row, const PlainPerson& person);
  absl::Status check_stages(const storage::MemberRow& row, const PlainPerson& person);
  void check_next_day(const storage::MemberRow& row, const PlainLife& life, int64_t checked_until);
  absl::Status check_nobodys_sales();
  absl::Status check_nobodys_returns();
  absl::Status check_nobodys_return(const storage::ReturnRow& row,
                                    const absl::flat_hash_set<int64_t>& waiting);

  sqlite::Connection& connection_;
  const ClubView& view_;
  const int64_t today_;
  std::vector<PlainVersion> versions_;
  std::vector<v1::Disagreement> found_;
  PromiseCheck promises_;
};

absl::Status Verification::check_member(const storage::MemberRow& row) {
  const auto sales = storage::list_sales_of(connection_, row.member_id, 0, kAll);
  if (!sales.ok()) return sales.status();
  const auto returns = storage::list_returns_of(connection_, row.member_id, 0, kAll);
  if (!returns.ok()) return returns.status();
  const auto kept = storage::read_kept_promises(connection_, row.member_id);
  if (!kept.ok()) return kept.status();
  DocumentCheck check(connection_, view_, found_);
  const absl::StatusOr<PlainDocuments> documents = check.check(*sales, *returns, kept->verdicts);
  if (!documents.ok()) return documents.status();
  const absl::StatusOr<PlainPerson> person = plain_person(connection_, view_, row, *documents);
  if (!person.ok()) return person.status();
  check_merges(row, *person);
  const absl::Status contacts = check_contacts(row);
  if (!contacts.ok()) return contacts;
  absl::Status checked = check_branches(row, *sales);
  if (checked.ok()) checked = check_sums(row, *documents, *person);
  if (checked.ok()) checked = check_days(row, *person);
  if (checked.ok()) checked = check_stages(row, *person);
  if (checked.ok()) checked = promises_.check_member(row.member_id, *kept, *documents, *person);
  return checked;
}

// Of whom the member is part follows from the merges in force.
void Verification::check_merges(const storage::MemberRow& row, const PlainPerson& person) {
  Comparison compare(member_id_text(row.member_id), found_);
  std::optional<int64_t> merged_into;
  for (const storage::MergeRow& merge : person.merges) {
    if (merge.lost_id == row.member_id && !merge.undo_us) merged_into = merge.kept_id;
  }
  compare.same("member.merged_into", row.merged_into, merged_into);
  compare.same("member.merge_count", row.merge_count, static_cast<int64_t>(person.merges.size()));
}

absl::Status Verification::check_contacts(const storage::MemberRow& row) {
  const auto known = storage::find_name_and_contacts(connection_, row.member_id);
  if (!known.ok()) return known.status();
  const auto keys = storage::list_keys(connection_, row.member_id);
  if (!keys.ok()) return keys.status();
  const auto asks = storage::list_asks(connection_, row.member_id);
  if (!asks.ok()) return asks.status();
  const auto holds = [&](storage::KeyKind kind) {
    return std::any_of(keys->begin(), keys->end(),
                       [kind](const storage::KeyRow& key) { return key.kind == kind; });
  };
  std::optional<int64_t> last_ask_us;
  for (const storage::AskRow& ask : *asks) {
    last_ask_us = std::max(last_ask_us, std::optional<int64_t>(ask.ask_us));
  }
  Comparison compare(member_id_text(row.member_id), found_);
  compare.same("member.has_phone", int64_t{known->has_phone},
               int64_t{holds(storage::KeyKind::kPhone)});
  compare.same("member.has_email", int64_t{known->has_email},
               int64_t{holds(storage::KeyKind::kEmail)});
  compare.same("member.last_ask_us", known->last_ask_us, last_ask_us);
  return absl::OkStatus();
}

absl::Status Verification::check_branches(const storage::MemberRow& row,
                                          const std::vector<storage::SaleRow>& sales) {
  const auto kept = storage::list_member_branches(connection_, row.member_id);
  if (!kept.ok()) return kept.status();
  std::map<std::string, int64_t> last_days;
  for (const storage::SaleRow& sale : sales) {
    const auto day = last_days.try_emplace(sale.branch_id, sale.business_day).first;
    day->second = std::max(day->second, sale.business_day);
  }
  const auto text_of = [](const std::string& branch_id, int64_t last_day) {
    return absl::StrCat(branch_id, " ", format_day(day_of_number(last_day)), "; ");
  };
  std::string kept_text;
  std::string recomputed_text;
  for (const storage::MemberBranchRow& branch : *kept) {
    kept_text += text_of(branch.branch_id, branch.last_day);
  }
  for (const auto& [branch_id, day] : last_days) recomputed_text += text_of(branch_id, day);
  Comparison(member_id_text(row.member_id), found_)
      .same("member.branches", kept_text, recomputed_text);
  return absl::OkStatus();
}

// The earliest contact is a document, the sign-up, a sign of interest, or one that left nothing but
// where the member came from.
absl::Status Verification::check_sums(const storage::MemberRow& row,
                                      const PlainDocuments& documents, const PlainPerson& person) {
  Comparison compare(member_id_text(row.member_id), found_);
  compare.same("member.sale_count", row.sale_count, documents.sale_count);
  std::optional<int64_t> met_time_us = documents.first_time_us;
  std::optional<int64_t> met_day = documents.first_day;
  if (row.enrolled_time_us) {
    met_time_us = std::min(met_time_us.value_or(*row.enrolled_time_us), *row.enrolled_time_us);
  }
  if (row.enrolled_day) met_day = std::min(met_day.value_or(*row.enrolled_day), *row.enrolled_day);
  const auto signs = storage::list_signs(connection_, row.member_id);
  if (!signs.ok()) return signs.status();
  compare.same("member.sign_count", row.sign_count, static_cast<int64_t>(signs->size()));
  for (const storage::SignRow& sign : *signs) {
    met_time_us = std::min(met_time_us.value_or(sign.sign_us), sign.sign_us);
    met_day = std::min(met_day.value_or(sign.sign_day), sign.sign_day);
  }
  const auto origin = storage::find_origin(connection_, row.member_id);
  if (!origin.ok()) return origin.status();
  if (*origin && (*origin)->branch_us < met_time_us.value_or(kMaxTimeUs)) {
    met_time_us = (*origin)->branch_us;
    const int64_t contact_day = day_number(view_.day_of(*met_time_us));
    met_day = std::min(met_day.value_or(contact_day), contact_day);
  }
  compare.same("member.met_time_us", std::optional(row.met_time_us), met_time_us);
  compare.same("member.met_day", std::optional(row.met_day), met_day);
  compare.same("member.is_in_feed", row.changed_us > 0 && row.snapshot > 0, true);
  if (!person.merges.empty()) return absl::OkStatus();  // what these tell nobody asks then
  std::optional<int64_t> last_fact_day;
  std::optional<int64_t> last_return_day;
  for (size_t i = 0; i < documents.facts.size(); ++i) {
    const int64_t day = documents.facts[i].fact_day;
    last_fact_day = std::max(last_fact_day.value_or(day), day);
    if (documents.takes[i]) last_return_day = std::max(last_return_day.value_or(day), day);
  }
  compare.same("member.last_fact_day", row.last_fact_day, last_fact_day);
  compare.same("member.last_return_day", row.last_return_day, last_return_day);
  return absl::OkStatus();
}

absl::Status Verification::check_days(const storage::MemberRow& row, const PlainPerson& person) {
  Comparison compare(member_id_text(row.member_id), found_);
  std::map<int64_t, storage::MemberDay> days;
  int64_t net_spend_minor = 0;
  // Who is part of another keeps nothing.
  const std::vector<PlainFact> nothing;
  for (const PlainFact& fact : row.merged_into ? nothing : person.life.facts) {
    days[fact.purchase_day].units_milli += fact.units_milli;
    days[fact.purchase_day].spend_minor += fact.spend_minor;
    net_spend_minor += fact.spend_minor;
  }
  std::optional<int64_t> first;
  std::optional<int64_t> last;
  int64_t purchase_days = 0;
  for (const auto& [day, kept] : days) {
    if (kept.units_milli <= 0) continue;
    ++purchase_days;
    if (!first) first = day;
    last = day;
  }
  compare.same("member.purchase_days", row.purchase_days, purchase_days);
  compare.same("member.first_purchase_day", row.first_purchase_day, first);
  compare.same("member.last_purchase_day", row.last_purchase_day, last);
  compare.same("member.net_spend_minor", row.net_spend_sum_minor, net_spend_minor);
  const auto kept_days = storage::list_member_days(connection_, row.member_id, kFirstDayEver);
  if (!kept_days.ok()) return kept_days.status();
  for (const storage::MemberDay& kept : *kept_days) {
    const storage::MemberDay recomputed = days[kept.day];
    days.erase(kept.day);
    compare.same("member_day.units_milli", kept.units_milli, recomputed.units_milli);
    compare.same("member_day.spend_minor", kept.spend_minor, recomputed.spend_minor);
  }
  for (const auto& [day, left] : days) {
    compare.same("member_day.units_milli", 0, left.units_milli);
    compare.same("member_day.spend_minor", 0, left.spend_minor);
  }
  return absl::OkStatus();
}

// Of a member who is due, what is kept is checked as of the day before that.
absl::Status Verification::check_stages(const storage::MemberRow& row, const PlainPerson& person) {
  const PlainLife& life = person.life;
  const int64_t checked_until =
      row.next_stage_day ? std::min(today_, *row.next_stage_day - 1) : today_;
  const std::vector<PlainMove> moves = plain_moves(life, versions_, checked_until);
  const auto kept = storage::list_stage_moves(connection_, row.member_id, kFirstDayEver);
  if (!kept.ok()) return kept.status();
  Comparison compare(member_id_text(row.member_id), found_);
  const auto text_of = [](const PlainMove& move) {
    const std::string numbers =
        absl::StrJoin({move.purchase_days, move.silent_days, move.rhythm_days_milli,
                       move.window_purchase_days, move.window_spend_minor, move.program_version},
                      ",");
    return absl::StrCat(format_day(day_of_number(move.day)), " ", move.from, ">", move.to, " (",
                        numbers, ")");
  };
  std::string kept_text;
  std::string recomputed_text;
  for (const storage::StageMoveRow& move : *kept) {
    if (move.move_day > checked_until) continue;
    absl::StrAppend(&kept_text,
                    text_of({move.move_day, move.from_stage, move.to_stage, move.purchase_days,
                             move.silent_days, move.rhythm_days_milli, move.window_purchase_days,
                             move.window_spend_minor, move.program_version}),
                    "; ");
  }
  for (const PlainMove& move : moves) absl::StrAppend(&recomputed_text, text_of(move), "; ");
  compare.same("member.stage_moves", kept_text, recomputed_text);
  const int last_stage = kept->empty() ? 0 : kept->back().to_stage;
  compare.same("member.stage", row.stage, last_stage);
  std::optional<int64_t> last_day;
  if (!kept->empty()) last_day = kept->back().move_day;
  compare.same("member.stage_since_day", row.stage_since_day, last_day);
  check_next_day(row, life, checked_until);
  return absl::OkStatus();
}

// Nothing may change between the day that was checked and the day that is kept as next.
void Verification::check_next_day(const storage::MemberRow& row, const PlainLife& life,
                                  int64_t checked_until) {
  const int64_t until = row.next_stage_day ? *row.next_stage_day - 1 : kPlainLastDay;
  if (until <= checked_until) return;
  const std::vector<PlainMove> moves = plain_moves(life, versions_, until);
  if (moves.empty() || moves.back().day <= checked_until) return;
  const auto missed = std::find_if(moves.begin(), moves.end(),
                                   [&](const PlainMove& move) { return move.day > checked_until; });
  Comparison compare(member_id_text(row.member_id), found_);
  compare.same("member.next_stage_day", row.next_stage_day, std::optional(missed->day));
}

absl::Status Verification::check_nobody() {
  absl::Status checked = check_nobodys_sales();
  if (checked.ok()) checked = check_nobodys_returns();
  if (checked.ok()) checked = promises_.check_club();
  if (checked.ok()) checked = check_leases(connection_, found_);
  if (!checked.ok()) return checked;
  const auto orphans = storage::list_orphans(connection_);
  if (!orphans.ok()) return orphans.status();
  for (const storage::Orphan& orphan : *orphans) {
    Comparison(orphan.owner, found_).same(orphan.subject, "is there", "belongs to nothing");
  }
  const auto unclaimed = storage::list_wrongly_unclaimed(connection_);
  if (!unclaimed.ok()) return unclaimed.status();
  for (const int64_t document_id : *unclaimed) {
    Comparison compare(absl::StrCat("document ", document_id), found_);
    compare.same("unclaimed_key", "kept", "claimed");
  }
  const auto unknown = storage::list_wrongly_unclaimed_names(connection_);
  if (!unknown.ok()) return unknown.status();
  for (const int64_t document_id : *unknown) {
    Comparison compare(absl::StrCat("document ", document_id), found_);
    compare.same("unclaimed_name", "kept", "claimed");
  }
  return absl::OkStatus();
}

absl::Status Verification::check_nobodys_sales() {
  int64_t after_id = 0;
  while (true) {
    const auto sales =
        storage::list_sales_of(connection_, storage::kNobody, after_id, kNobodysPerScan);
    if (!sales.ok()) return sales.status();
    if (sales->empty()) return absl::OkStatus();
    std::vector<storage::ReturnRow> returns;
    std::vector<storage::KeptVerdict> verdicts;
    for (const storage::SaleRow& sale : *sales) {
      auto verdict = storage::find_kept_verdict(connection_, storage::kNobody, sale.sale_id);
      if (!verdict.ok()) return verdict.status();
      if (*verdict) verdicts.push_back(**std::move(verdict));
      auto of_sale = storage::list_returns_of_sale(connection_, storage::kNobody, sale.sale_id);
      if (!of_sale.ok()) return of_sale.status();
      std::move(of_sale->begin(), of_sale->end(), std::back_inserter(returns));
    }
    DocumentCheck check(connection_, view_, found_);
    const auto documents = check.check(*sales, returns, verdicts);
    if (!documents.ok()) return documents.status();
    const absl::Status checked = promises_.check_nobody(*documents);
    if (!checked.ok()) return checked;
    after_id = sales->back().sale_id;
  }
}

absl::Status Verification::check_nobodys_returns() {
  const auto listed = storage::list_all_waiting_returns(connection_);
  if (!listed.ok()) return listed.status();
  absl::flat_hash_set<int64_t> waiting(listed->begin(), listed->end());
  int64_t after_id = 0;
  while (true) {
    const auto returns =
        storage::list_returns_of(connection_, storage::kNobody, after_id, kNobodysPerScan);
    if (!returns.ok()) return returns.status();
    if (returns->empty()) break;
    std::vector<storage::ReturnRow> without_sale;
    for (const storage::ReturnRow& row : *returns) {
      const absl::Status checked = check_nobodys_return(row, waiting);
      if (!checked.ok()) return checked;
      waiting.erase(row.return_id);
      if (!row.sale_id) without_sale.push_back(row);
    }
    DocumentCheck check(connection_, view_, found_);
    const absl::Status checked = check.check({}, without_sale, {}).status();
    if (!checked.ok()) return checked;
    after_id = returns->back().return_id;
  }
  for (const int64_t return_id : waiting) {
    Comparison compare(absl::StrCat("document ", return_id), found_);
    compare.same("waiting_return", "waits", "is no return of nobody's");
  }
  return absl::OkStatus();
}

absl::Status Verification::check_nobodys_return(const storage::ReturnRow& row,
                                                const absl::flat_hash_set<int64_t>& waiting) {
  Comparison compare(absl::StrCat("return ", row.register_id, " ", row.receipt), found_);
  compare.same("return.is_waiting", waiting.contains(row.return_id), row.is_waiting());
  if (!row.is_waiting()) return absl::OkStatus();
  const auto sale =
      storage::find_receipt(connection_, *row.original_register_id, *row.original_receipt);
  if (!sale.ok()) return sale.status();
  if (*sale && (*sale)->kind == storage::DocumentKind::kSale) {
    compare.same("return.is_waiting", "waits", "its sale is here");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::VerifyResponse> verify_club(Club& club, const v1::VerifyRequest& request) {
  const auto page_size = checked_page_size(request.page_size(), kDefaultMembers, kMaxMembers);
  if (!page_size.ok()) return page_size.status();
  constexpr absl::string_view kCall = "verify";
  int64_t after_id = 0;
  if (!request.page_token().empty()) {
    const auto parts = page_token_parts(kCall, request.page_token(), 1);
    if (!parts.ok()) return parts.status();
    const absl::StatusOr<int64_t> number = page_token_number(parts->front());
    if (!number.ok()) return number.status();
    after_id = *number;
  }
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  // The view is taken after the snapshot, so that it knows every register in it.
  const auto rows = storage::list_members(**reader, after_id, kAnyStage, *page_size);
  if (!rows.ok()) return rows.status();
  const ClubViewPtr view = club.view();
  if (!view->has_program()) {
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  const absl::StatusOr<int64_t> members_count = storage::count_members(**reader);
  if (!members_count.ok()) return members_count.status();
  Verification verification(**reader, *view, club.clock().now_us());
  for (const storage::MemberRow& row : *rows) {
    const absl::Status checked = verification.check_member(row);
    if (!checked.ok()) return checked;
  }
  v1::VerifyResponse response;
  response.set_checked_count(static_cast<int64_t>(rows->size()));
  response.set_members_count(*members_count);
  if (static_cast<int>(rows->size()) == *page_size) {
    response.set_next_page_token(page_token(kCall, {absl::StrCat(rows->back().member_id)}));
  } else {
    const absl::Status checked = verification.check_nobody();
    if (!checked.ok()) return checked;
  }
  for (v1::Disagreement& disagreement : verification.take_found()) {
    *response.add_disagreements() = std::move(disagreement);
  }
  return response;
}

}  // namespace moadon

#include "server/operations/record_document.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "identity/provisional_id.h"
#include "rules/refusal.h"
#include "server/operations/enter_sale.h"
#include "server/operations/erased_key.h"
#include "server/operations/find_by_key.h"
#include "server/operations/impersonal.h"
#include "server/operations/member_change.h"
#include "server/operations/member_holds.h"
#include "server/operations/member_id.h"
#include "server/operations/sale_returns.h"
#include "server/operations/whole_person.h"
#include "server/storage/unclaimed_name_store.h"

namespace moadon {
namespace {

struct FoundMember {
  std::optional<storage::MemberRow> row;
  // By whose id or key it was found: part of the member, or the member.
  int64_t presented_id = storage::kNobody;
  bool named_unknown = false;  // the document names a member whom nobody is
  // It came with a key that was an erased member's: no enrolment may claim it by its keys.
  bool has_erased_key = false;
};

// `time_us`: the document's effective time.
absl::StatusOr<FoundMember> find_presented(sqlite::Connection& connection, const ClubView& view,
                                           const PresentedMember& presented, int64_t time_us) {
  FoundMember found;
  if (!presented.member_id.empty()) {
    auto named = find_named(connection, {presented.register_id, presented.member_id});
    if (!named.ok()) return named.status();
    found.row = *std::move(named);
    if (found.row) return found;
    found.named_unknown = true;
  }
  if (presented.key.candidates.empty() && presented.key.ending.empty()) return found;
  absl::StatusOr<storage::MemberRow> holder = find_holder(connection, presented.key);
  if (holder.ok()) {
    found.row = *std::move(holder);
    return found;
  }
  if (reason_of(holder.status()) == v1::REASON_UNSPECIFIED) return holder.status();
  absl::StatusOr<ErasedHolder> erased =
      find_erased_holder(connection, view, presented.key, time_us);
  if (!erased.ok()) return erased.status();
  found.row = std::move(erased->row);
  found.has_erased_key = erased->was_held;
  return found;
}

// Whose a document of an instant is: the member's whom the presented one was part of then.
absl::StatusOr<FoundMember> find_owner(sqlite::Connection& connection, const ClubView& view,
                                       const PresentedMember& presented, int64_t time_us) {
  absl::StatusOr<FoundMember> found = find_presented(connection, view, presented, time_us);
  if (!found.ok() || !found->row) return found;
  found->presented_id = found->row->member_id;
  auto owner = whole_person_at(connection, *std::move(found->row), time_us);
  if (!owner.ok()) return owner.status();
  found->row = *std::move(owner);
  return found;
}

// The facts of a part are facts of the whole: an agent may have them from before the merge.
void take_facts_along(PreparedSale& sale, const FoundMember& found) {
  v1::MemberFacts& facts = sale.judged_by.facts;
  if (found.row && facts.member_id() == member_id_text(found.presented_id)) {
    facts.set_member_id(member_id_text(found.row->member_id));
  }
}

// Repeats what was named only if it has the form of an id: anything else might be a phone number.
v1::Difference member_unknown(const std::string& member_id) {
  v1::Difference difference;
  v1::MemberUnknown& unknown = *difference.mutable_member_unknown();
  if (member_id_of(member_id) || is_provisional_id(member_id)) unknown.set_member_id(member_id);
  return difference;
}

// Answers a receipt that is there already.
absl::StatusOr<Taken> answer_repeated(sqlite::Connection& connection,
                                      const storage::ReceiptRow& receipt) {
  const auto kept = storage::find_receipt(connection, receipt.register_id, receipt.receipt);
  if (!kept.ok()) return kept.status();
  if (!*kept) return absl::InternalError("a receipt was there and is not");
  if ((*kept)->kind != receipt.kind || (*kept)->digest != receipt.digest) {
    return Taken{refuse(v1::REASON_RECEIPT_REUSED,
                        "the register reported this receipt before, with other content",
                        {{"register_id", receipt.register_id}, {"receipt", receipt.receipt}}),
                 0};
  }
  return Taken{absl::OkStatus(), (*kept)->member_id};
}

// Keys by which a document of nobody can be claimed.
absl::Span<const storage::KeyRow> claiming_keys(const PresentedMember& presented,
                                                const FoundMember& found) {
  if (found.has_erased_key) return {};
  return presented.key.candidates;
}

bool may_be_claimed(const PresentedMember& presented, const FoundMember& found) {
  return is_provisional_id(presented.member_id) || !claiming_keys(presented, found).empty();
}

// Remembers by what a document of nobody can be claimed: the enrolment that it named, and its keys.
absl::Status keep_unclaimed(sqlite::Connection& connection, const PresentedMember& presented,
                            const FoundMember& found, const storage::UnclaimedDocument& document) {
  if (is_provisional_id(presented.member_id)) {
    const absl::Status kept = storage::insert_unclaimed_name(
        connection, {presented.register_id, presented.member_id}, document);
    if (!kept.ok()) return kept;
  }
  for (const storage::KeyRow& key : claiming_keys(presented, found)) {
    const absl::Status kept =
        storage::insert_unclaimed_key(connection, key.kind, key.value, document);
    if (!kept.ok()) return kept;
  }
  return absl::OkStatus();
}

absl::Status insert_rows(sqlite::Connection& connection, const PreparedSale& sale) {
  const storage::SaleRow& row = sale.row;
  absl::Status written = storage::insert_sale(connection, row);
  int64_t line_no = 0;
  for (const storage::SaleLineRow& line : sale.lines) {
    if (!written.ok()) return written;
    written = storage::insert_sale_line(connection, row, ++line_no, line);
  }
  return written;
}

absl::Status insert_rows(sqlite::Connection& connection, const PreparedReturn& returned,
                         const std::vector<v1::Difference>& differences) {
  const storage::ReturnRow& row = returned.row;
  absl::Status written = storage::insert_return(connection, row);
  int64_t line_no = 0;
  for (const storage::ReturnLineRow& line : returned.lines) {
    if (!written.ok()) return written;
    written =
        storage::insert_return_line(connection, row.member_id, row.return_id, ++line_no, line);
  }
  if (!written.ok() || differences.empty()) return written;
  return storage::insert_differences(connection, row.register_id, row.receipt, differences);
}

// Gives the returns that waited for a sale to it.
absl::StatusOr<bool> attach_waiting(sqlite::Connection& connection, const storage::SaleRow& sale) {
  const auto waiting = storage::list_waiting_returns(connection, sale.register_id, sale.receipt);
  if (!waiting.ok()) return waiting.status();
  if (waiting->empty()) return false;
  for (const int64_t return_id : *waiting) {
    auto row = storage::find_return(connection, storage::kNobody, return_id);
    if (!row.ok()) return row.status();
    if (!*row) return absl::InternalError("a waiting return is not there");
    absl::Status given =
        storage::give_return(connection, return_id, storage::kNobody, sale.member_id);
    if (!given.ok()) return given;
    (*row)->member_id = sale.member_id;
    (*row)->sale_id = sale.sale_id;
    given = storage::update_return(connection, **row);
    if (!given.ok()) return given;
    given = storage::give_receipt(connection, (*row)->register_id, (*row)->receipt, sale.member_id);
    if (!given.ok()) return given;
  }
  const absl::Status forgotten =
      storage::delete_waiting_returns(connection, sale.register_id, sale.receipt);
  if (!forgotten.ok()) return forgotten;
  return true;
}

absl::Status apply_sale(sqlite::Connection& connection, WriterState& state,
                        const PreparedSale& sale, const FoundMember& found,
                        std::vector<v1::Difference>& differences) {
  const storage::SaleRow& row = sale.row;
  std::optional<MemberChange> change;
  if (found.row) {
    change.emplace(*found.row);
    change->met({row.effective_time_us, row.business_day, row.branch_id, {}});
    change->count_sale();
    change->add(fact_of(row));
  }
  MemberChange* const changed = change ? &*change : nullptr;
  const EntryContext context{sale.hold_id, may_be_claimed(sale.member, found)};
  const absl::Status entered =
      enter_sale(connection, state, row, sale.verdict, context, changed, differences);
  if (!entered.ok()) return entered;
  const absl::StatusOr<bool> has_returns = attach_waiting(connection, row);
  if (!has_returns.ok()) return has_returns.status();
  if (*has_returns) {
    const absl::Status resolved = resolve_returns_of(connection, state, row, changed);
    if (!resolved.ok()) return resolved;
  }
  if (!change) return absl::OkStatus();
  const absl::Status finished = change->finish(connection, state);
  differences.insert(differences.end(), change->differences().begin(), change->differences().end());
  return finished;
}

absl::StatusOr<Taken> record_sale(sqlite::Connection& connection, WriterState& state,
                                  PreparedSale& sale) {
  storage::SaleRow& row = sale.row;
  const absl::StatusOr<FoundMember> found =
      find_owner(connection, *state.view(), sale.member, row.effective_time_us);
  if (!found.ok()) return found.status();
  row.member_id = found->row ? found->row->member_id : storage::kNobody;
  row.sale_id = state.new_id();
  sale.receipt.member_id = row.member_id;
  sale.receipt.document_id = row.sale_id;
  const absl::StatusOr<bool> is_new = storage::insert_receipt(connection, sale.receipt);
  if (!is_new.ok()) return is_new.status();
  if (!*is_new) return answer_repeated(connection, sale.receipt);

  take_facts_along(sale, *found);
  judge_for(sale, found->row ? member_id_text(row.member_id) : "", *state.view());
  if (found->row && found->row->erase_us) make_impersonal(sale.verdict.facts);
  std::vector<v1::Difference> differences = sale.differences;
  if (found->named_unknown) differences.push_back(member_unknown(sale.member.member_id));
  absl::Status written = insert_rows(connection, sale);
  if (written.ok() && !found->row) {
    written = keep_unclaimed(connection, sale.member, *found,
                             {row.sale_id, storage::DocumentKind::kSale});
  }
  if (written.ok()) written = apply_sale(connection, state, sale, *found, differences);
  if (written.ok() && !differences.empty()) {
    written = storage::insert_differences(connection, row.register_id, row.receipt, differences);
  }
  if (!written.ok()) return written;
  return Taken{absl::OkStatus(), row.member_id};
}

absl::StatusOr<Taken> record_unlinked(sqlite::Connection& connection, WriterState& state,
                                      PreparedReturn& returned) {
  storage::ReturnRow& row = returned.row;
  const absl::StatusOr<FoundMember> found =
      find_owner(connection, *state.view(), returned.member, row.effective_time_us);
  if (!found.ok()) return found.status();
  row.member_id = found->row ? found->row->member_id : storage::kNobody;
  row.return_id = state.new_id();
  returned.receipt.member_id = row.member_id;
  returned.receipt.document_id = row.return_id;
  const absl::StatusOr<bool> is_new = storage::insert_receipt(connection, returned.receipt);
  if (!is_new.ok()) return is_new.status();
  if (!*is_new) return answer_repeated(connection, returned.receipt);

  std::vector<v1::Difference> differences;
  if (returned.register_total_minor && *returned.register_total_minor != row.refund_minor) {
    v1::TotalDiffers& differs = *differences.emplace_back().mutable_total_differs();
    differs.set_register_total_minor(*returned.register_total_minor);
    differs.set_sum_minor(row.refund_minor);
  }
  if (found->named_unknown) differences.push_back(member_unknown(returned.member.member_id));
  absl::Status written = insert_rows(connection, returned, differences);
  if (written.ok() && found->row) {
    MemberChange change(*found->row);
    change.met({row.effective_time_us, row.business_day, row.branch_id, {}});
    change.add(fact_of(row));
    written = change.finish(connection, state);
  } else if (written.ok()) {
    written = keep_unclaimed(connection, returned.member, *found,
                             {row.return_id, storage::DocumentKind::kReturn});
  }
  if (!written.ok()) return written;
  return Taken{absl::OkStatus(), row.member_id};
}

// The sale that a return names; empty: not here.
absl::StatusOr<std::optional<storage::SaleRow>> find_original(sqlite::Connection& connection,
                                                              const storage::ReturnRow& row) {
  const auto receipt =
      storage::find_receipt(connection, *row.original_register_id, *row.original_receipt);
  if (!receipt.ok()) return receipt.status();
  if (!*receipt || (*receipt)->kind != storage::DocumentKind::kSale) return std::nullopt;
  return storage::find_sale(connection, (*receipt)->member_id, (*receipt)->document_id);
}

absl::Status apply_linked(sqlite::Connection& connection, WriterState& state,
                          const storage::SaleRow& sale, const storage::ReturnRow& returned) {
  std::optional<MemberChange> change;
  if (sale.member_id != storage::kNobody) {
    const auto member = storage::find_member(connection, sale.member_id);
    if (!member.ok()) return member.status();
    if (!*member) return absl::InternalError("a sale's member is not there");
    change.emplace(**member);
  }
  absl::Status written = resolve_returns_of(connection, state, sale, change ? &*change : nullptr);
  if (!written.ok() || !change) return written;
  written = change->finish(connection, state);
  if (!written.ok()) return written;
  return add_differences(connection, returned.register_id, returned.receipt, change->differences());
}

absl::StatusOr<Taken> record_linked(sqlite::Connection& connection, WriterState& state,
                                    PreparedReturn& returned) {
  storage::ReturnRow& row = returned.row;
  const auto sale = find_original(connection, row);
  if (!sale.ok()) return sale.status();
  row.member_id = *sale ? (*sale)->member_id : storage::kNobody;
  row.return_id = state.new_id();
  row.sale_id.reset();
  if (*sale) row.sale_id = (*sale)->sale_id;
  returned.receipt.member_id = row.member_id;
  returned.receipt.document_id = row.return_id;
  const absl::StatusOr<bool> is_new = storage::insert_receipt(connection, returned.receipt);
  if (!is_new.ok()) return is_new.status();
  if (!*is_new) return answer_repeated(connection, returned.receipt);

  absl::Status written = insert_rows(connection, returned, {});
  if (written.ok() && *sale) {
    written = apply_linked(connection, state, **sale, row);
  } else if (written.ok()) {
    written = storage::insert_waiting_return(connection, *row.original_register_id,
                                             *row.original_receipt, row.return_id);
  }
  if (!written.ok()) return written;
  return Taken{absl::OkStatus(), row.member_id};
}

absl::StatusOr<Taken> record_enrolled(sqlite::Connection& connection, WriterState& state,
                                      const PreparedEnrollment& enrolled) {
  const absl::StatusOr<int64_t> member_id = record_enrollment(connection, state, enrolled);
  if (member_id.ok()) return Taken{absl::OkStatus(), *member_id};
  if (reason_of(member_id.status()) == v1::REASON_KEY_TAKEN) return Taken{member_id.status(), 0};
  return member_id.status();
}

}  // namespace

absl::StatusOr<Taken> record_document(sqlite::Connection& connection, WriterState& state,
                                      PreparedDocument& document) {
  if (auto* sale = std::get_if<PreparedSale>(&document)) {
    absl::StatusOr<Taken> taken = record_sale(connection, state, *sale);
    if (!taken.ok() || !taken->refusal.ok()) return taken;
    const auto hold = find_named_hold(connection, sale->row.register_id, sale->hold_id);
    if (!hold.ok()) return hold.status();
    taken->leaves_hold = hold->has_value();
    return taken;
  }
  if (const auto* enrolled = std::get_if<PreparedEnrollment>(&document)) {
    return record_enrolled(connection, state, *enrolled);
  }
  PreparedReturn& returned = std::get<PreparedReturn>(document);
  return returned.row.original_receipt ? record_linked(connection, state, returned)
                                       : record_unlinked(connection, state, returned);
}

absl::Status end_left_hold(sqlite::Connection& connection, WriterState& state,
                           const PreparedDocument& document) {
  const PreparedSale& sale = std::get<PreparedSale>(document);
  const auto hold = find_named_hold(connection, sale.row.register_id, sale.hold_id);
  if (!hold.ok() || !*hold) return hold.status();
  return end_unused_hold(connection, state, **hold, storage::HoldState::kCancelled);
}

}  // namespace moadon

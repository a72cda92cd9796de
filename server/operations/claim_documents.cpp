#include "server/operations/claim_documents.h"

#include "server/operations/enter_sale.h"
#include "server/operations/erased_key.h"
#include "server/operations/sale_returns.h"
#include "server/operations/whole_person.h"
#include "server/storage/receipt_store.h"
#include "server/storage/return_store.h"
#include "server/storage/sale_store.h"
#include "server/storage/unclaimed_name_store.h"

namespace moadon {
namespace {

absl::Status claim_return(sqlite::Connection& connection, storage::ReturnRow row,
                          MemberChange& change) {
  row.member_id = change.row().member_id;
  absl::Status given =
      storage::give_return(connection, row.return_id, storage::kNobody, row.member_id);
  if (!given.ok()) return given;
  given = storage::give_receipt(connection, row.register_id, row.receipt, row.member_id);
  if (!given.ok()) return given;
  change.add(fact_of(row));
  return absl::OkStatus();
}

absl::Status claim_unlinked(sqlite::Connection& connection, int64_t return_id,
                            MemberChange& change) {
  const auto row = storage::find_return(connection, storage::kNobody, return_id);
  if (!row.ok()) return row.status();
  if (!*row) return absl::InternalError("an unclaimed return is not there");
  change.met({(*row)->effective_time_us, (*row)->business_day, (*row)->branch_id, {}});
  return claim_return(connection, **row, change);
}

absl::Status claim_sale(sqlite::Connection& connection, WriterState& state, int64_t sale_id,
                        MemberChange& change) {
  auto row = storage::find_sale(connection, storage::kNobody, sale_id);
  if (!row.ok()) return row.status();
  if (!*row) return absl::InternalError("an unclaimed sale is not there");
  storage::SaleRow& sale = **row;
  const auto returns = storage::list_returns_of_sale(connection, storage::kNobody, sale_id);
  if (!returns.ok()) return returns.status();
  sale.member_id = change.row().member_id;
  absl::Status given = storage::give_sale(connection, sale);
  if (!given.ok()) return given;
  given = storage::give_receipt(connection, sale.register_id, sale.receipt, sale.member_id);
  if (!given.ok()) return given;
  change.met({sale.effective_time_us, sale.business_day, sale.branch_id, {}});
  change.count_sale();
  change.add(fact_of(sale));
  for (const storage::ReturnRow& returned : *returns) {
    given = claim_return(connection, returned, change);
    if (!given.ok()) return given;
  }
  given = enter_claimed_sale(connection, state, sale, change);
  if (!given.ok() || returns->empty()) return given;
  return resolve_returns_of(connection, state, sale, &change);
}

absl::Status claim_document(sqlite::Connection& connection, WriterState& state,
                            const storage::UnclaimedDocument& document, MemberChange& change) {
  absl::Status forgotten = storage::delete_unclaimed(connection, document.document_id);
  if (forgotten.ok()) forgotten = storage::delete_unclaimed_name(connection, document.document_id);
  if (!forgotten.ok()) return forgotten;
  return document.kind == storage::DocumentKind::kSale
             ? claim_sale(connection, state, document.document_id, change)
             : claim_unlinked(connection, document.document_id, change);
}

// A document's effective time.
absl::StatusOr<int64_t> time_of(sqlite::Connection& connection,
                                const storage::UnclaimedDocument& document) {
  if (document.kind == storage::DocumentKind::kSale) {
    const auto sale = storage::find_sale(connection, storage::kNobody, document.document_id);
    if (!sale.ok()) return sale.status();
    if (*sale) return (*sale)->effective_time_us;
  } else {
    const auto row = storage::find_return(connection, storage::kNobody, document.document_id);
    if (!row.ok()) return row.status();
    if (*row) return (*row)->effective_time_us;
  }
  return absl::InternalError("an unclaimed document is not there");
}

}  // namespace

absl::Status claim_documents(sqlite::Connection& connection, WriterState& state,
                             const storage::KeyRow& key, MemberChange& change) {
  const absl::Status forgotten = forget_erased_key(connection, *state.view(), key);
  if (!forgotten.ok()) return forgotten;
  const auto documents = storage::list_unclaimed(connection, key.kind, key.value);
  if (!documents.ok()) return documents.status();
  for (const storage::UnclaimedDocument& document : *documents) {
    const absl::Status claimed = claim_document(connection, state, document, change);
    if (!claimed.ok()) return claimed;
  }
  return absl::OkStatus();
}

absl::Status claim_named_documents(sqlite::Connection& connection, WriterState& state,
                                   const storage::ProvisionalName& name, int64_t member_id) {
  const auto documents = storage::list_unclaimed_under(connection, name);
  if (!documents.ok()) return documents.status();
  for (const storage::UnclaimedDocument& document : *documents) {
    const absl::StatusOr<int64_t> time_us = time_of(connection, document);
    if (!time_us.ok()) return time_us.status();
    const auto member = storage::find_member(connection, member_id);
    if (!member.ok()) return member.status();
    if (!*member) return absl::InternalError("a provisional id means nobody");
    const auto owner = whole_person_at(connection, **member, *time_us);
    if (!owner.ok()) return owner.status();
    MemberChange change(*owner);
    absl::Status claimed = claim_document(connection, state, document, change);
    if (claimed.ok()) claimed = change.finish(connection, state);
    if (!claimed.ok()) return claimed;
  }
  return absl::OkStatus();
}

}  // namespace moadon

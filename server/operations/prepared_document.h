// Sales, returns and enrolments made ready for the writer on the caller's thread: parsed, checked,
// digested, dated, valued, with every row that can be filled in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "identity/normal_key.h"
#include "moadon/v1/report_service.pb.h"
#include "moadon/v1/sale.pb.h"
#include "moadon/v1/sync_service.pb.h"
#include "server/operations/club_view.h"
#include "server/operations/record_enrollment.h"
#include "server/operations/verdict.h"
#include "server/storage/member_details_store.h"
#include "server/storage/receipt_store.h"
#include "server/storage/return_store.h"
#include "server/storage/sale_store.h"

namespace moadon {

// By whom a document says it is.
struct PresentedMember {
  std::string member_id;    // as the agent had identified them; empty: by key
  std::string register_id;  // which gave the provisional ones their ids
  PresentedKey key;
};

struct PreparedSale {
  PresentedMember member;
  storage::ReceiptRow receipt;  // without member and id
  storage::SaleRow row;         // without member and id
  v1::Sale content;             // without its key
  SaleCase judged_by;
  std::string hold_id;  // that the sale uses up; empty: none

  // As judged for whom the sale is likely to be; see judge_for().
  Verdict verdict;
  std::vector<storage::SaleLineRow> lines;
  std::vector<v1::Difference> differences;
};

struct PreparedReturn {
  PresentedMember member;       // read only of a return without receipt
  storage::ReceiptRow receipt;  // without member and id
  storage::ReturnRow row;       // without member and id; what a sale decides is as if it waited
  std::vector<storage::ReturnLineRow> lines;
  std::optional<int64_t> register_total_minor;
};

using PreparedDocument = std::variant<PreparedSale, PreparedReturn, PreparedEnrollment>;

// When and where entries are taken.
struct Reception {
  const ClubView& view;
  const RegisterView& at;
  int64_t received_us = 0;
};

// By which a receipt that comes again is known to say the same.
std::string receipt_digest(const ClubView& view, v1::Sale sale);
std::string receipt_digest(const ClubView& view, v1::Return returned);

// Judges a sale for the member it turned out to be (empty: nobody), where that was not done before,
// and works out anew what follows: amounts, lines, differences. May be called again.
void judge_for(PreparedSale& sale, const std::string& member_id, const ClubView& view);

// Refuses as SyncService.Record says of an entry.
absl::StatusOr<PreparedDocument> prepare_document(const v1::RecordEntry& entry,
                                                  const Reception& reception);

}  // namespace moadon

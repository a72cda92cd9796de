// The identity of sales and returns: (register, receipt); and what the owner should see of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "moadon/v1/report_service.pb.h"
#include "server/storage/query.h"

namespace moadon::storage {

enum class DocumentKind { kSale = 1, kReturn = 2 };

struct ReceiptRow {
  std::string register_id;
  std::string receipt;
  DocumentKind kind = DocumentKind::kSale;
  int64_t member_id = 0;
  int64_t document_id = 0;  // sale_id or return_id
  std::string digest;       // of the content as the register sent it
};

absl::StatusOr<std::optional<ReceiptRow>> find_receipt(Connection& connection,
                                                       absl::string_view register_id,
                                                       absl::string_view receipt);
// False, changing nothing: the receipt is there already.
absl::StatusOr<bool> insert_receipt(Connection& connection, const ReceiptRow& row);
absl::Status give_receipt(Connection& connection, absl::string_view register_id,
                          absl::string_view receipt, int64_t member_id);
// In the order of registers and receipts, after the one named.
absl::StatusOr<std::vector<ReceiptRow>> list_receipts(Connection& connection,
                                                      absl::string_view after_register_id,
                                                      absl::string_view after_receipt, int limit);

// A place in a member's documents, which are ordered by business day, register and receipt.
struct DocumentPlace {
  int64_t business_day = 0;
  std::string register_id;
  std::string receipt;
};

struct DocumentOfMember {
  DocumentPlace place;
  DocumentKind kind = DocumentKind::kSale;
  int64_t document_id = 0;
};

absl::StatusOr<std::vector<DocumentOfMember>> list_documents_of(Connection& connection,
                                                                int64_t member_id,
                                                                const DocumentPlace& after,
                                                                int limit);

absl::StatusOr<std::vector<v1::Difference>> list_differences(Connection& connection,
                                                             absl::string_view register_id,
                                                             absl::string_view receipt);
// Puts `differences` in the place of those that are kept.
absl::Status replace_differences(Connection& connection, absl::string_view register_id,
                                 absl::string_view receipt,
                                 const std::vector<v1::Difference>& differences);
absl::Status insert_differences(Connection& connection, absl::string_view register_id,
                                absl::string_view receipt,
                                const std::vector<v1::Difference>& differences);

}  // namespace moadon::storage

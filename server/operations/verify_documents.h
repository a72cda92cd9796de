// Sales and returns of one owner, checked against their contents.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "server/operations/club_view.h"
#include "server/operations/plain_member.h"
#include "server/operations/plain_stages.h"

namespace moadon {

// What the documents of one owner add up to.
struct PlainDocuments {
  int64_t sale_count = 0;
  std::vector<PlainFact> facts;          // of sales and applied returns
  std::vector<bool> takes;               // per fact: a return that took something
  std::optional<int64_t> first_time_us;  // of sales and returns without receipt
  std::optional<int64_t> first_day;
  std::vector<PlainSale> sales;  // resolved
  std::vector<PlainReturn> returns;
};

// Checks the documents of `member_id`, 0 for nobody, that are complete among `sales` and `returns`:
// contents, dates, receipts, lines.
class DocumentCheck final {
 public:
  DocumentCheck(sqlite::Connection& connection, const ClubView& view,
                std::vector<v1::Disagreement>& found)
      : connection_(connection), view_(view), found_(found) {}

  // `returns` are those of `sales` and those without a sale, `verdicts` those of `sales`. The
  // answer points into all three.
  absl::StatusOr<PlainDocuments> check(const std::vector<storage::SaleRow>& sales,
                                       const std::vector<storage::ReturnRow>& returns,
                                       const std::vector<storage::KeptVerdict>& verdicts);

 private:
  absl::Status check_sales(PlainDocuments& documents);
  absl::Status check_return(const PlainReturn& returned, const PlainSale* sale,
                            PlainDocuments& sums);
  template <typename Row>
  absl::Status check_head(const Row& row, absl::string_view kind, int64_t document_id);

  sqlite::Connection& connection_;
  const ClubView& view_;
  std::vector<v1::Disagreement>& found_;
};

}  // namespace moadon

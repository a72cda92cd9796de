// Returns, their lines, and which of them wait for a sale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/query.h"

namespace moadon::storage {

// From when and against which purchase day a return counts; none of it while it waits.
struct Application {
  int64_t purchase_day = 0;
  int64_t applied_day = 0;
  int64_t applied_time_us = 0;
};

struct ReturnRow {
  int64_t member_id = 0;
  int64_t return_id = 0;
  std::string register_id;
  std::string receipt;
  std::string branch_id;
  std::optional<std::string> original_register_id;  // empty: without receipt
  std::optional<std::string> original_receipt;
  std::optional<int64_t> sale_id;
  int64_t business_day = 0;
  int64_t effective_time_us = 0;
  int64_t occurred_us = 0;
  std::optional<int64_t> corrected_us;
  int64_t received_us = 0;
  std::optional<Application> applied;
  int64_t line_count = 0;
  int64_t value_minor = 0;
  int64_t refund_minor = 0;  // what the customer got
  int64_t units_milli = 0;   // what it takes from the member's, without deposits
  int64_t spend_minor = 0;
  std::string content;            // v1.Return without its key
  int64_t earned_back_milli = 0;  // points that the sale earned and it took back
  int64_t spent_back_milli = 0;   // points that the sale spent and it gave back

  bool is_waiting() const { return original_receipt.has_value() && !sale_id.has_value(); }
};

struct ReturnLineRow {
  std::string line_id;
  std::string original_line_id;
  std::string sku;
  std::string category;
  std::string brand;
  int64_t quantity_milli = 0;
  int64_t unit_price_minor = 0;
  int64_t value_minor = 0;
  std::optional<int64_t> paid_back_minor;  // as the register says
  bool is_deposit = false;
  int64_t taken_milli = 0;  // of the sale's lines
  int64_t taken_refund_minor = 0;
};

absl::Status insert_return(Connection& connection, const ReturnRow& row);
// Writes what resolving decides: sale, application, refund, units, spend and points.
absl::Status update_return(Connection& connection, const ReturnRow& row);
// `line_no` counts from 1.
absl::Status insert_return_line(Connection& connection, int64_t member_id, int64_t return_id,
                                int64_t line_no, const ReturnLineRow& line);
absl::Status set_line_taken(Connection& connection, int64_t member_id, int64_t return_id,
                            int64_t line_no, int64_t taken_milli, int64_t taken_refund_minor);
absl::StatusOr<std::optional<ReturnRow>> find_return(Connection& connection, int64_t member_id,
                                                     int64_t return_id);
absl::StatusOr<std::vector<ReturnLineRow>> list_return_lines(Connection& connection,
                                                             int64_t member_id, int64_t return_id);
// In the order in which they are resolved: time, register, receipt.
absl::StatusOr<std::vector<ReturnRow>> list_returns_of_sale(Connection& connection,
                                                            int64_t member_id, int64_t sale_id);
// A member's returns in the order of their ids, after `after_id`.
absl::StatusOr<std::vector<ReturnRow>> list_returns_of(Connection& connection, int64_t member_id,
                                                       int64_t after_id, int limit);
// Moves a return, with its lines, between nobody and members.
absl::Status give_return(Connection& connection, int64_t return_id, int64_t from_member_id,
                         int64_t to_member_id);

absl::Status insert_waiting_return(Connection& connection, absl::string_view original_register_id,
                                   absl::string_view original_receipt, int64_t return_id);
// Ids of the returns that wait for a sale.
absl::StatusOr<std::vector<int64_t>> list_waiting_returns(Connection& connection,
                                                          absl::string_view original_register_id,
                                                          absl::string_view original_receipt);
// All of them, by id.
absl::StatusOr<std::vector<int64_t>> list_all_waiting_returns(Connection& connection);
absl::Status delete_waiting_returns(Connection& connection, absl::string_view original_register_id,
                                    absl::string_view original_receipt);

}  // namespace moadon::storage

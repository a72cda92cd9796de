// Sales and their lines.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/storage/query.h"

namespace moadon::storage {

struct SaleRow {
  int64_t member_id = 0;
  int64_t sale_id = 0;
  std::string register_id;
  std::string receipt;
  std::string branch_id;
  int64_t business_day = 0;
  int64_t effective_time_us = 0;  // the instant its business day comes from
  int64_t occurred_us = 0;
  std::optional<int64_t> corrected_us;
  int64_t received_us = 0;
  int64_t program_version = 0;  // that the quote used; 0: none
  int64_t facts_snapshot = 0;
  int64_t line_count = 0;
  int64_t value_minor = 0;
  int64_t paid_net_minor = 0;
  int64_t units_milli = 0;  // without deposits
  int64_t spend_minor = 0;  // without deposits
  std::string content;      // v1.Sale without its key
};

struct SaleLineRow {
  std::string line_id;
  std::string sku;
  std::string category;
  std::string brand;
  int64_t quantity_milli = 0;
  int64_t unit_price_minor = 0;
  int64_t value_minor = 0;
  int64_t paid_net_minor = 0;
  bool is_deposit = false;
  int64_t returned_milli = 0;
  int64_t refunded_minor = 0;
};

// Also keeps where its member buys (member_branch_store.h), as give_sale does.
absl::Status insert_sale(Connection& connection, const SaleRow& row);
// A line of `sale`, with the sale's day; `line_no` counts from 1.
absl::Status insert_sale_line(Connection& connection, const SaleRow& sale, int64_t line_no,
                              const SaleLineRow& line);
absl::StatusOr<std::optional<SaleRow>> find_sale(Connection& connection, int64_t member_id,
                                                 int64_t sale_id);
// In the receipt's order.
absl::StatusOr<std::vector<SaleLineRow>> list_sale_lines(Connection& connection, int64_t member_id,
                                                         int64_t sale_id);
absl::Status set_line_returned(Connection& connection, int64_t member_id, int64_t sale_id,
                               int64_t line_no, int64_t returned_milli, int64_t refunded_minor);
// A member's sales in the order of their ids, after `after_id`.
absl::StatusOr<std::vector<SaleRow>> list_sales_of(Connection& connection, int64_t member_id,
                                                   int64_t after_id, int limit);
// Gives a sale of nobody, with its lines, to the member whose it is in `sale`.
absl::Status give_sale(Connection& connection, const SaleRow& sale);

}  // namespace moadon::storage

// A file of past sales, checked from the first row to the last before any of it is used.
//
// One row per line item: register, receipt, occurred_at, member (a card number; may be empty), sku,
// description, quantity (negative on a return), unit_price, return_of_register, return_of (the sale
// that a return undoes; may be empty). Consecutive rows with the same register and receipt are one
// sale or return.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace moadon {

// One row, as scanned. The quantity is positive on returns, too.
struct ScannedLine {
  std::string_view sku;
  std::string_view description;
  int64_t quantity_milli = 0;
  int64_t unit_price_minor = 0;
};

// One sale or return.
struct ScannedReceipt {
  std::string_view register_id;
  std::string_view receipt;
  std::string_view card;
  std::string_view original_register_id;
  std::string_view original_receipt;
  int64_t occurred_at_us = 0;
  bool is_return = false;
  // Where in the file it starts, from 1.
  size_t file_line = 0;
  std::vector<ScannedLine> lines;
};

// The file in memory. Views in it point into the object itself, so it neither moves nor is copied.
// Immutable once read; any thread may look.
class SalesFile final {
 public:
  SalesFile() = default;
  SalesFile(const SalesFile&) = delete;
  SalesFile& operator=(const SalesFile&) = delete;

  // Reads `path`, plain or gzip. False when anything in it is wrong; `problem` then is "file:line:
  // what".
  bool read(const std::string& path, std::string& problem);
  // The same from `text`; `name` stands for the file in `problem`.
  bool parse(std::string text, const std::string& name, std::string& problem);

  // In file order.
  const std::vector<ScannedReceipt>& receipts() const { return receipts_; }
  // When the card first appears in the file, by the order of rows. The card must be in the file.
  int64_t first_seen_us(std::string_view card) const { return first_seen_us_.at(card); }

 private:
  std::optional<std::string> take_row(const std::vector<std::string_view>& fields, size_t line);
  std::optional<std::string> start_receipt(ScannedReceipt receipt);

  std::string text_;
  std::deque<std::string> unescaped_;
  std::vector<ScannedReceipt> receipts_;
  std::unordered_map<std::string_view, int64_t> first_seen_us_;
  // Identities so far, each with the line where it started.
  std::unordered_map<std::string, size_t> started_at_;
};

}  // namespace moadon

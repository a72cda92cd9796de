#include "plugin/register/replay/sales_file.h"

#include <fmt/format.h>

#include <utility>

#include "plugin/register/decimal.h"
#include "plugin/register/replay/csv_reader.h"
#include "plugin/register/replay/file_text.h"
#include "plugin/register/text_columns.h"
#include "plugin/register/times.h"

namespace moadon {
namespace {

constexpr std::string_view kColumns[] = {
    "register", "receipt",    "occurred_at",        "member",   "sku", "description",
    "quantity", "unit_price", "return_of_register", "return_of"};
constexpr size_t kColumnCount = std::size(kColumns);
enum Column { kRegister, kReceipt, kTime, kCard, kSku, kText, kQuantity, kPrice, kOfRegister, kOf };

// The limits of the messages.
constexpr size_t kIdMaxBytes = 64;
constexpr size_t kDescriptionMaxBytes = 200;
constexpr int64_t kQuantityMaxMilli = 10'000'000'000;
constexpr int64_t kPriceMaxMinor = 1'000'000'000'000;
constexpr size_t kLinesMax = 5'000;

using Problem = std::optional<std::string>;
using Fields = std::vector<std::string_view>;

bool is_register_id(std::string_view text) {
  return text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") ==
             std::string_view::npos &&
         text.front() != '.';
}

Problem check_text(const Fields& fields, Column column, size_t min_bytes, size_t max_bytes) {
  const std::string_view text = fields[column];
  if (text.size() < min_bytes) return fmt::format("{} is empty", kColumns[column]);
  if (text.size() > max_bytes) {
    return fmt::format("{} is longer than {} bytes", kColumns[column], max_bytes);
  }
  if (!is_clean_text(text)) {
    return fmt::format("{} is not UTF-8 or has control characters", kColumns[column]);
  }
  return std::nullopt;
}

Problem check_texts(const Fields& fields) {
  for (const Column column : {kRegister, kReceipt, kSku}) {
    if (Problem problem = check_text(fields, column, 1, kIdMaxBytes)) return problem;
  }
  for (const Column column : {kCard, kOfRegister, kOf}) {
    if (Problem problem = check_text(fields, column, 0, kIdMaxBytes)) return problem;
  }
  if (Problem problem = check_text(fields, kText, 0, kDescriptionMaxBytes)) return problem;
  if (!is_register_id(fields[kRegister])) {
    return fmt::format("\"{}\" is no register id", fields[kRegister]);
  }
  if (fields[kOf].empty() != fields[kOfRegister].empty()) {
    return "return_of_register and return_of are not both given";
  }
  return std::nullopt;
}

// What a row says of its line and its receipt.
struct Row {
  ScannedReceipt receipt;
  ScannedLine line;
};

Problem read_row(const Fields& fields, Row& row) {
  if (fields.size() != kColumnCount) {
    return fmt::format("{} fields instead of {}", fields.size(), kColumnCount);
  }
  if (Problem problem = check_texts(fields)) return problem;
  const auto time_us = parse_time(fields[kTime]);
  if (!time_us) return fmt::format("\"{}\" is no time from 1970 on", fields[kTime]);
  const auto quantity = parse_decimal(fields[kQuantity], 3);
  if (!quantity || *quantity == 0 || std::abs(*quantity) > kQuantityMaxMilli) {
    return fmt::format("\"{}\" is no quantity", fields[kQuantity]);
  }
  const auto price = parse_decimal(fields[kPrice], 2);
  if (!price || *price < 0 || *price > kPriceMaxMinor) {
    return fmt::format("\"{}\" is no price with two decimal places", fields[kPrice]);
  }
  const bool is_return = *quantity < 0;
  if (!is_return && !fields[kOf].empty()) return "a sale cannot be the return of a receipt";
  row.receipt = {fields[kRegister],
                 fields[kReceipt],
                 fields[kCard],
                 fields[kOfRegister],
                 fields[kOf],
                 *time_us,
                 is_return,
                 0,
                 {}};
  row.line = {fields[kSku], fields[kText], std::abs(*quantity), *price};
  return std::nullopt;
}

bool same_receipt(const ScannedReceipt& a, const ScannedReceipt& b) {
  return a.register_id == b.register_id && a.receipt == b.receipt;
}

Problem compare_heads(const ScannedReceipt& a, const ScannedReceipt& b) {
  if (a.is_return != b.is_return) return "sold and returned lines in one receipt";
  if (a.occurred_at_us != b.occurred_at_us) return "another time than the receipt's first row";
  if (a.card != b.card) return "another member than the receipt's first row";
  if (a.original_register_id != b.original_register_id ||
      a.original_receipt != b.original_receipt) {
    return "the return of another receipt than the receipt's first row";
  }
  return std::nullopt;
}

Problem check_header(const Fields& fields) {
  if (fields.size() == kColumnCount &&
      std::equal(fields.begin(), fields.end(), std::begin(kColumns))) {
    return std::nullopt;
  }
  return fmt::format("the header is not {}", fmt::join(kColumns, ","));
}

}  // namespace

bool SalesFile::read(const std::string& path, std::string& problem) {
  std::optional<std::string> text = read_file_text(path, problem);
  return text && parse(*std::move(text), path, problem);
}

bool SalesFile::parse(std::string text, const std::string& name, std::string& problem) {
  text_ = std::move(text);
  CsvReader reader(text_, unescaped_);
  Problem wrong = "the file is empty";
  for (bool header = true;; header = false) {
    const CsvReader::Next next = reader.next();
    if (next == CsvReader::Next::kEnd && !header) break;
    if (next == CsvReader::Next::kRecord) {
      wrong = header ? check_header(reader.fields()) : take_row(reader.fields(), reader.line());
    } else if (next == CsvReader::Next::kBroken) {
      wrong = reader.problem();
    }
    if (wrong) {
      problem = fmt::format("{}:{}: {}", name, reader.line(), *wrong);
      return false;
    }
  }
  return true;
}

Problem SalesFile::take_row(const Fields& fields, size_t line) {
  Row row;
  if (Problem problem = read_row(fields, row)) return problem;
  row.receipt.file_line = line;
  if (receipts_.empty() || !same_receipt(receipts_.back(), row.receipt)) {
    if (Problem problem = start_receipt(row.receipt)) return problem;
  } else if (Problem problem = compare_heads(receipts_.back(), row.receipt)) {
    return problem;
  }
  if (receipts_.back().lines.size() == kLinesMax) {
    return fmt::format("more than {} lines in one receipt", kLinesMax);
  }
  receipts_.back().lines.push_back(row.line);
  return std::nullopt;
}

Problem SalesFile::start_receipt(ScannedReceipt receipt) {
  const std::string identity = fmt::format("{}\n{}", receipt.register_id, receipt.receipt);
  if (const auto [earlier, is_new] = started_at_.emplace(identity, receipt.file_line); !is_new) {
    return fmt::format("receipt {} of register {} was in line {} already and had ended",
                       receipt.receipt, receipt.register_id, earlier->second);
  }
  if (!receipt.card.empty()) first_seen_us_.emplace(receipt.card, receipt.occurred_at_us);
  receipts_.push_back(std::move(receipt));
  return std::nullopt;
}

}  // namespace moadon

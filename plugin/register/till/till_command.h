// What a cashier types, understood. Words of both languages are always accepted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace moadon {

// A code, how many of it, and the price where it was typed.
struct ScanCommand {
  std::string code;
  int64_t quantity_milli = 1000;
  std::optional<int64_t> unit_price_minor;
  std::string description;
};

// A customer shows or says something. `kind` is a member of the Key message.
struct IdentifyCommand {
  std::string kind;
  std::string value;
};

// The customer whose key was just unknown joins the club.
struct JoinCommand {
  std::string first_name;
  std::string last_name;
};

// What the customer says to the detail that was asked for.
struct AnswerCommand {
  std::string text;
};

// Payment. `given_minor` is what the customer handed over; unset: exactly what is due.
struct PayCommand {
  bool in_cash = false;
  std::optional<int64_t> given_minor;
};

// A receipt, of this register when `register_id` is empty: to return from it, or to print a copy.
struct ReceiptCommand {
  std::string receipt;
  std::string register_id;
  bool to_return = false;
};

// A line of the basket goes, by its number on the screen from 1.
struct CancelLineCommand {
  size_t number = 0;
};

// A code that the customer shows.
struct CouponCommand {
  std::string code;
};

// The customer pays with points: so many at most; unset: as many as can be.
struct PointsCommand {
  std::optional<int64_t> points_milli;
};

// The customer pays so much with gift balance.
struct GiftBalanceCommand {
  int64_t amount_minor = 0;
};

// What has no details.
enum class PlainCommand {
  kNothing,
  kHelp,
  kTotal,
  kShow,
  kCancel,
  kNoMember,
  kStatus,
  kQuit,
  kUnknown
};

using TillCommand = std::variant<PlainCommand, ScanCommand, IdentifyCommand, JoinCommand,
                                 PayCommand, ReceiptCommand, CancelLineCommand, CouponCommand,
                                 PointsCommand, GiftBalanceCommand, AnswerCommand>;

// Understands a line typed or scanned while selling:
//   7290000066318             one piece            3x 7290000066318          three
//   0.347x 5011               weighed              3 x 12.50 5011 Tomatoes   with price and text
// and the words that the help lists. x, X, × and * all mean times.
TillCommand parse_till_command(std::string_view line);

// Which units come back, while returning from a receipt.
struct TakeBackCommand {
  // Line of the receipt, from 1; 0: every line.
  size_t number = 0;
  // Unset: all that is left of it.
  std::optional<int64_t> quantity_milli;
};

enum class ReturnStep { kNothing, kFinish, kCancel, kUnknown };

using ReturnCommand = std::variant<ReturnStep, TakeBackCommand>;

// Understands a line typed while returning: "2", "2 0.5", "all", "done", "cancel".
ReturnCommand parse_return_command(std::string_view line);

// Money as typed: 12, 12.5, 12.50, ₪12.50. Not negative.
std::optional<int64_t> parse_money(std::string_view text);

// The answer to "price?": money, and behind it perhaps a description.
struct PriceAnswer {
  int64_t unit_price_minor = 0;
  std::string description;
};
std::optional<PriceAnswer> parse_price_answer(std::string_view line);

}  // namespace moadon

// A receipt on paper: what stands on it, and how it is laid out in fixed columns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugin/register/json.h"
#include "plugin/register/till/texts.h"

namespace moadon {

struct PaperLine {
  std::string description;
  int64_t quantity_milli = 0;
  int64_t unit_price_minor = 0;
  // Price x quantity, and what was paid of it.
  int64_t value_minor = 0;
  int64_t paid_net_minor = 0;
};

struct PaperTender {
  // A TenderKind's name.
  std::string kind;
  int64_t amount_minor = 0;
};

// Everything that one receipt says.
struct PaperReceipt {
  bool is_return = false;
  bool is_copy = false;
  std::string store;
  std::string register_id;
  std::string receipt;
  std::string original_receipt;
  std::string local_time;
  std::string cashier;
  std::vector<PaperLine> lines;
  // Articles and sums as the club printed them; empty: not by the club, then from `lines`.
  std::vector<std::string> club_lines;
  int64_t total_minor = 0;
  int64_t cash_rounding_minor = 0;
  std::vector<PaperTender> tenders;
  std::optional<int64_t> given_minor;
  // Of a return: what was paid back; unset: not known here.
  std::optional<int64_t> refund_minor;
  // The part of it that went back as points.
  int64_t points_back_milli = 0;
  int64_t points_back_minor = 0;
  // The part of it that went back as gift balance.
  int64_t gift_balance_back_minor = 0;
  // Name, or the last digits shown; empty: not a member, and on copies and returns: not known here.
  std::string member;
  // The club was out of reach: standing and balances will follow.
  bool offline = false;
};

// What a Sale or Return message says; the rest is left empty.
PaperReceipt paper_of_sale(const Json& sale);
PaperReceipt paper_of_return(const Json& returned);

// How to print.
struct PaperStyle {
  const Texts& texts;
  std::string currency_sign;
  // 32 or more.
  int columns = 42;
};

// The lines, none wider than the columns, in logical order.
std::vector<std::string> print_paper(const PaperReceipt& receipt, const PaperStyle& style);

// Money for people: "₪12.50", "-₪0.04".
std::string money_text(const std::string& currency_sign, int64_t amount_minor);

// A key as it may stand on paper: phone 054-123-4567 as xxx-xxx-4567, other keys by their last four
// characters. Letters in place of stars keep it running left to right inside Hebrew text.
std::string masked_key(const Json& key);

}  // namespace moadon

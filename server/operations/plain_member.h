// What the contents of sales and returns add up to, for verify: parsed again, and worked out by
// straightforward code that shares none with rules/returns.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "moadon/v1/admin_service.pb.h"
#include "moadon/v1/quote.pb.h"
#include "moadon/v1/sale.pb.h"
#include "server/storage/kept_promises_store.h"
#include "server/storage/return_store.h"
#include "server/storage/sale_store.h"

namespace moadon {

// What is compared, by name, of one owner: a member, sale or return.
class Comparison final {
 public:
  Comparison(std::string owner, std::vector<v1::Disagreement>& found)
      : owner_(std::move(owner)), found_(found) {}

  void same(absl::string_view subject, int64_t kept, int64_t recomputed);
  void same(absl::string_view subject, const std::optional<int64_t>& kept,
            const std::optional<int64_t>& recomputed);
  void same(absl::string_view subject, absl::string_view kept, absl::string_view recomputed);

 private:
  const std::string owner_;
  std::vector<v1::Disagreement>& found_;
};

// A return of a sale, with its content.
struct PlainReturn {
  const storage::ReturnRow* row = nullptr;
  v1::Return content;
  std::vector<int64_t> taken_milli;   // per line, when resolved
  std::vector<int64_t> refund_minor;  // per line, what the sale's lines give back
  int64_t units_milli = 0;
  int64_t spend_minor = 0;
  std::vector<int64_t> returned_milli;  // per line of the sale: back with it and those before it
};

// A sale with its content, the verdict that is kept of it, and what its returns left of it.
struct PlainSale {
  const storage::SaleRow* row = nullptr;
  const storage::KeptVerdict* verdict_row = nullptr;  // null: none
  v1::Sale content;
  v1::Quote verdict;                    // default: none
  std::vector<int64_t> paid_net_minor;  // per line
  std::vector<int64_t> points_minor;    // the part of it that points paid
  std::vector<int64_t> gift_minor;      // the part of it that gift balance paid
  std::vector<int64_t> returned_milli;
  std::vector<int64_t> refunded_minor;
  std::vector<const PlainReturn*> returns;  // of it, in the order in which they were resolved
};

// round(a x b / c), half up, of numbers that are not negative.
int64_t plain_share(int64_t a, int64_t b, int64_t c);

int64_t plain_value_minor(int64_t unit_price_minor, int64_t quantity_milli);
// What was paid for each line: as the register says, else by the verdict, else the price.
std::vector<int64_t> plain_paid_net_minor(const PlainSale& sale);
// Deposits and gift balance sold are no spend and no purchase.
bool plain_is_spend(const v1::Line& line);

// Lets `returns`, in the order of their time, register and receipt, take their units from the sale.
void plain_resolve(PlainSale& sale, std::vector<PlainReturn*> returns);

// Compares rows with contents: sums, and what was returned.
void compare_sale(const PlainSale& sale, const std::vector<storage::SaleLineRow>& lines,
                  std::vector<v1::Disagreement>& found);
// `sale` null: without receipt, or waiting.
void compare_return(const PlainReturn& returned, const PlainSale* sale,
                    const std::vector<storage::ReturnLineRow>& lines,
                    std::vector<v1::Disagreement>& found);

}  // namespace moadon

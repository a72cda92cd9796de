// Goods that come back: from a receipt, by choosing its lines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugin/register/till/till_command.h"
#include "plugin/register/till/workplace.h"

namespace moadon {

// Looks receipts up, prints copies, and takes back what the customer still has. One thread; the
// workplace outlives it.
class ReturnDesk final {
 public:
  explicit ReturnDesk(Workplace& workplace) : workplace_(workplace) {}

  // Prints a copy of the receipt, or opens it to return from.
  void open(const ReceiptCommand& command);

  // Whether a receipt is open: lines typed go to take().
  bool is_open() const { return open_; }
  void take(const ReturnCommand& command);
  // Leaves the receipt as it is.
  void leave();

 private:
  // A line of the open receipt.
  struct SoldLine {
    Json line;
    int64_t kept_milli = 0;
    int64_t chosen_milli = 0;
  };

  Answer look_up(const ReceiptCommand& command);
  void print_copy(const Json& known);
  void show_lines() const;
  void choose(const TakeBackCommand& command);
  void choose_line(SoldLine& sold, int64_t quantity_milli);
  void finish();
  Json return_request() const;

  Workplace& workplace_;
  bool open_ = false;
  std::string register_id_;
  Json sale_ = Json::object();
  std::vector<SoldLine> lines_;
};

}  // namespace moadon

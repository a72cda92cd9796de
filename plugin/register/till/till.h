// The interactive till: reads what the cashier types and hands it to the right desk.
#pragma once

#include "plugin/register/till/return_desk.h"
#include "plugin/register/till/sale_desk.h"
#include "plugin/register/till/workplace.h"

namespace moadon {

// One cashier's session. One thread; the workplace outlives it.
class Till final {
 public:
  explicit Till(Workplace& workplace);

  // Serves until the cashier leaves or the input ends. False when paid receipts are left that the
  // club has not confirmed: they are on this till's disk, and the next session repeats them.
  bool run();

 private:
  // One function per kind of command. False: the cashier leaves.
  bool act(PlainCommand command);
  bool act(const ScanCommand& command);
  bool act(const IdentifyCommand& command);
  bool act(const JoinCommand& command);
  bool act(const AnswerCommand& command);
  bool act(const PayCommand& command);
  bool act(const ReceiptCommand& command);
  bool act(const CancelLineCommand& command);
  bool act(const CouponCommand& command);
  bool act(const PointsCommand& command);
  bool act(const GiftBalanceCommand& command);
  bool serve(const std::string& line);
  void show_status();

  Workplace& workplace_;
  SaleDesk sale_;
  ReturnDesk return_;
};

}  // namespace moadon

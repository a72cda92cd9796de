// What the desks of a till share.
#pragma once

#include <string>

#include "plugin/register/club.h"
#include "plugin/register/till/paid_receipts.h"
#include "plugin/register/till/receipt_paper.h"
#include "plugin/register/till/screen.h"
#include "plugin/register/times.h"

namespace moadon {

// How long a cashier waits, by what is asked.
constexpr int kScreenTimeoutMs = 2'000;
constexpr int kPaidTimeoutMs = 10'000;

struct TillSettings {
  std::string register_id;
  std::string cashier;
  // Printed at the top of receipts; may be empty.
  std::string store;
  int columns = 42;
};

// The till's tools; all outlive the desks. One thread.
struct Workplace {
  Club& club;
  Screen& screen;
  PaidReceipts& paid;
  const Clock now;
  const TillSettings settings;
};

// Tells the club of a sale ("Commit", content in "sale") or a return ("Return", content in
// "returned"): kept on this till's disk first, and until it is answered. Draws the receipt's
// number, anew when it was used before. `request` is complete afterwards.
struct Settled {
  // The club knows it.
  bool confirmed = false;
  // Confirmed, or kept here and repeated later. False: refused; nothing was recorded.
  bool recorded = false;
  Json response = Json::object();
};
Settled settle(Workplace& workplace, const std::string& method, Json& request);

// Repeats what is kept, and says what came of it.
void deliver_kept(Workplace& workplace);

// Prints in the till's language, with its store and register.
void print_receipt(Workplace& workplace, PaperReceipt paper);

// Says why the club said no.
void say_refusal(Workplace& workplace, const Refusal& refusal);

}  // namespace moadon

// One register of a replay: its receipts, one after the other.
#pragma once

#include <string>
#include <vector>

#include "plugin/register/club.h"
#include "plugin/register/replay/known_cards.h"
#include "plugin/register/replay/patient_club.h"
#include "plugin/register/replay/progress.h"
#include "plugin/register/replay/sales_file.h"

namespace moadon {

// Brings the receipts of one register to the club. Runs on one thread; everything it is given must
// outlive it. The file, the cards and the progress are shared with the other registers' workers.
class ReplayWorker final {
 public:
  ReplayWorker(Club& club, const SalesFile& file, KnownCards& cards, ReplayProgress& progress);

  // Delivers `receipts` in this order. Each is looked up first: one that is there already with the
  // same lines is skipped, with other lines it is a conflict and left alone. Ends early when the
  // replay is stopped.
  void run(const std::vector<const ScannedReceipt*>& receipts);

 private:
  void deliver(const ScannedReceipt& receipt);
  bool find_member(const ScannedReceipt& receipt, std::string& member_id);
  void sell(const ScannedReceipt& sale, const std::string& member_id);
  void take_back(const ScannedReceipt& returned);
  void settle(const ScannedReceipt& receipt, const Answer& answer);
  void report(const ScannedReceipt& receipt, const Refusal& refusal);

  PatientClub club_;
  const SalesFile& file_;
  KnownCards& cards_;
  ReplayProgress& progress_;
};

}  // namespace moadon

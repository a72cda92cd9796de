// Recorded sales beside the same rows written straight through the SQLite C API.
#pragma once

#include <string>

#include "tests/bench/calls.h"
#include "tests/bench/members.h"

namespace moadon::bench {

struct RecordPlan {
  std::string server_database;  // moadon.db of the running server
  std::string copy;             // path for the reference's database, on the same disk
  std::string register_id;      // whose token the connections carry; sells nothing else
  int rounds;
  int sales_per_round;
};

// Measures and reports "raw_single", "record_single" (one sale per call), "raw_batch" and
// "record_batch" (kBatchEntries sales per call).
void measure_record(const Connections& server, SaleMaker& sales, const RecordPlan& plan);

}  // namespace moadon::bench

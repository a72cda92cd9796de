#include "tests/bench/record.h"

#include <iostream>

#include "tests/bench/raw_club.h"
#include "tests/bench/samples.h"

namespace moadon::bench {
namespace {

constexpr int kSingleOutstanding = 64;
constexpr int kBatchEntries = 64;
constexpr int kBatchOutstanding = 8;

std::string find_refusal(const grpc::ByteBuffer& bytes) {
  v1::RecordResponse response;
  parse(bytes, response);
  for (const v1::RecordOutcome& outcome : response.outcomes()) {
    if (!outcome.has_recorded()) return "a sale was refused: " + outcome.refused().message();
    if (outcome.recorded().member_id().empty()) return "a sale became nobody's";
  }
  return "";
}

// One way of sending sales, and the same sales written raw.
struct Contest {
  int entries_per_call;
  int outstanding;
  Series recorded = {};
  Series raw = {};
};

void run_round(Contest& contest, const Connections& server, SaleMaker& sales, RawClub& raw,
               const RecordPlan& plan) {
  const int calls = std::max(1, plan.sales_per_round / contest.entries_per_call);
  const auto requests = sales.make_requests(calls, contest.entries_per_call);
  Samples recorded = server.run({.path = "/moadon.v1.SyncService/Record",
                                 .requests = requests,
                                 .outstanding = contest.outstanding,
                                 .find_fault = find_refusal});
  const int64_t count = raw.load_new_sales(plan.register_id);
  if (count != int64_t{calls} * contest.entries_per_call) {
    throw std::runtime_error("the server's database lacks sales that it said were recorded");
  }
  contest.recorded.add(std::move(recorded), count);
  contest.raw.add(raw.write_loaded(), count);
}

}  // namespace

void measure_record(const Connections& server, SaleMaker& sales, const RecordPlan& plan) {
  RawClub raw(plan.server_database, plan.copy);
  Contest single{.entries_per_call = 1, .outstanding = kSingleOutstanding};
  Contest batch{.entries_per_call = kBatchEntries, .outstanding = kBatchOutstanding};
  for (int round = 0; round < plan.rounds; ++round) {
    run_round(single, server, sales, raw, plan);
    run_round(batch, server, sales, raw, plan);
  }
  raw.check_same(plan.register_id);
  report_series("raw_single", "sales", single.raw, nullptr);
  report_series("record_single", "sales", single.recorded, &single.raw);
  report_series("raw_batch", "sales", batch.raw, nullptr);
  report_series("record_batch", "sales", batch.recorded, &batch.raw);
}

}  // namespace moadon::bench

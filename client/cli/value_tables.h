// What members are worth, as tables and files.
#pragma once

#include "client/cli/session.h"
#include "client/cli/table.h"
#include "moadon/v1/value_service.pb.h"

namespace moadon::cli {

// The bands of each kind, the best first.
void print_scores(Session& session, const v1::CountScoresResponse& scores, const Money& money);

// Every member with the scores: a table at the end, or a file as they come. Used from one thread;
// `session` must outlive it.
class ScoreTable final {
 public:
  ScoreTable(Session& session, Money money, bool is_csv);

  void add(const v1::MemberScores& member);
  void finish();

 private:
  Session& session_;
  const Money money_;
  const bool is_csv_;
  Table table_;
  bool has_heading_ = false;
};

// A line per cohort with a column per quarter since joining; "+" marks a sum that still grows.
void print_cohorts(Session& session, const v1::GetCohortsResponse& cohorts, const Money& money);
// A record per cohort and quarter.
void print_cohorts_csv(Session& session, const v1::GetCohortsResponse& cohorts);

void print_value(Session& session, const v1::GetValueResponse& value, const Money& money);

}  // namespace moadon::cli

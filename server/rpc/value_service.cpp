#include "moadon/v1/value_service.pb.h"
#include "server/insight/club_value.h"
#include "server/insight/cohorts.h"
#include "server/insight/member_scores.h"
#include "server/rpc/services.h"

namespace moadon::rpc {

void add_value_service(Methods& methods, Club& club) {
  methods.add_read<v1::CountScoresRequest, v1::CountScoresResponse>(
      "/moadon.v1.ValueService/CountScores", Run::kAsReport,
      [&club](const Caller&, const auto&) { return count_scores(club); });
  methods.add_read<v1::ListScoresRequest, v1::ListScoresResponse>(
      "/moadon.v1.ValueService/ListScores", Run::kAsReport,
      [&club](const Caller&, const auto& request) { return list_scores(club, request); });
  methods.add_read<v1::GetCohortsRequest, v1::GetCohortsResponse>(
      "/moadon.v1.ValueService/GetCohorts", Run::kAsReport,
      [&club](const Caller&, const auto&) { return get_cohorts(club); });
  methods.add_read<v1::GetValueRequest, v1::GetValueResponse>(
      "/moadon.v1.ValueService/GetValue", Run::kAsReport,
      [&club](const Caller&, const auto& request) { return get_value(club, request); });
}

}  // namespace moadon::rpc

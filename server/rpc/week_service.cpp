#include "moadon/v1/week_service.pb.h"
#include "server/insight/get_week.h"
#include "server/rpc/services.h"

namespace moadon::rpc {

void add_week_service(Methods& methods, Club& club) {
  methods.add_read<v1::GetWeekRequest, v1::GetWeekResponse>(
      "/moadon.v1.WeekService/GetWeek", Run::kAsReport,
      [&club](const Caller&, const auto& request) { return get_week(club, request); });
}

}  // namespace moadon::rpc

#include "moadon/v1/offline_service.pb.h"
#include "server/operations/hand_over_queue.h"
#include "server/operations/list_losses.h"
#include "server/rpc/services.h"

namespace moadon::rpc {

void add_offline_service(Methods& methods, Club& club) {
  methods.add_read<v1::ListLossesRequest, v1::ListLossesResponse>(
      "/moadon.v1.OfflineService/ListLosses", Run::kOnWorker,
      [&club](const Caller&, const auto& request) { return list_losses(club, request); });
  methods.add_read<v1::ListHandedOverRequest, v1::ListHandedOverResponse>(
      "/moadon.v1.OfflineService/ListHandedOver", Run::kOnWorker,
      [&club](const Caller&, const auto& request) { return list_handed_over(club, request); });
  methods.add_write<v1::SettleHandedOverRequest, v1::SettleHandedOverResponse>(
      "/moadon.v1.OfflineService/SettleHandedOver",
      [&club](const Caller&, const auto& request, auto answer) {
        settle_handed_over(club, request, std::move(answer));
      });
}

}  // namespace moadon::rpc

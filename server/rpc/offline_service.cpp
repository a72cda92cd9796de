#include "moadon/v1/offline_service.pb.h"
#include "server/operations/list_losses.h"
#include "server/rpc/services.h"

namespace moadon::rpc {

void add_offline_service(Methods& methods, Club& club) {
  methods.add_read<v1::ListLossesRequest, v1::ListLossesResponse>(
      "/moadon.v1.OfflineService/ListLosses", Run::kOnWorker,
      [&club](const Caller&, const auto& request) { return list_losses(club, request); });
}

}  // namespace moadon::rpc

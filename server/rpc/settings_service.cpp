#include "moadon/v1/settings.pb.h"
#include "server/operations/save_settings.h"
#include "server/rpc/services.h"

namespace moadon::rpc {

void add_settings_service(Methods& methods, Club& club) {
  methods.add_read<v1::GetSettingsRequest, v1::GetSettingsResponse>(
      "/moadon.v1.SettingsService/GetSettings", Run::kAtOnce,
      [&club](const Caller&, const v1::GetSettingsRequest&) { return get_settings(club); });
  methods.add_write<v1::SaveSettingsRequest, v1::SaveSettingsResponse>(
      "/moadon.v1.SettingsService/SaveSettings",
      [&club](const Caller&, const auto& request, auto answer) {
        save_settings(club, request, std::move(answer));
      });
}

}  // namespace moadon::rpc

// The owner's settings, read and saved.
#pragma once

#include "moadon/v1/settings.pb.h"
#include "server/operations/club.h"

namespace moadon {

// SettingsService.GetSettings and SaveSettings, with their reasons.
v1::GetSettingsResponse get_settings(const Club& club);
void save_settings(Club& club, const v1::SaveSettingsRequest& request,
                   Answer<v1::SaveSettingsResponse> answer);

}  // namespace moadon

#include "server/operations/save_settings.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/operations/club_settings.h"
#include "server/operations/club_view_builder.h"
#include "server/operations/writer_state.h"
#include "server/storage/settings_store.h"

namespace moadon {
namespace {

// What the owner wrote, without what the server sets.
v1::ClubSettings written_part(v1::ClubSettings settings) {
  settings.clear_revision();
  settings.clear_save_time();
  return settings;
}

bool says_the_same(const v1::ClubSettings& a, const v1::ClubSettings& b) {
  return google::protobuf::util::MessageDifferencer::Equivalent(written_part(a), written_part(b));
}

absl::StatusOr<v1::SaveSettingsResponse> save(sqlite::Connection& connection, WriterState& state,
                                              v1::ClubSettings settings) {
  const v1::ClubSettings& before = state.view()->settings();
  v1::SaveSettingsResponse response;
  if (says_the_same(settings, before)) {
    *response.mutable_settings() = before;
    return response;
  }
  if (settings.revision() != before.revision()) {
    return refuse(v1::REASON_SETTINGS_CHANGED, "other settings were saved meanwhile",
                  {{"revision", absl::StrCat(before.revision())}});
  }
  settings.set_revision(before.revision() + 1);
  *settings.mutable_save_time() = timestamp_of(state.now_us());
  const absl::Status written = storage::keep_settings(connection, settings);
  if (!written.ok()) return written;
  *response.mutable_settings() = settings;
  ClubViewBuilder after(*state.view());
  after.set_settings(std::move(settings));
  state.stage(after.build());
  // What a cashier is to ask for may be another detail now.
  state.note_change_of_all();
  return response;
}

}  // namespace

v1::GetSettingsResponse get_settings(const Club& club) {
  v1::GetSettingsResponse response;
  *response.mutable_settings() = club.view()->settings();
  return response;
}

void save_settings(Club& club, const v1::SaveSettingsRequest& request,
                   Answer<v1::SaveSettingsResponse> answer) {
  absl::Status form = check_settings(request.settings());
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  v1::ClubSettings settings = request.settings();
  settings.DiscardUnknownFields();
  club.write<v1::SaveSettingsResponse>(
      [settings = std::move(settings)](sqlite::Connection& connection, WriterState& state) {
        return save(connection, state, settings);
      },
      std::move(answer));
}

}  // namespace moadon

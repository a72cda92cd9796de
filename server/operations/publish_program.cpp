#include "server/operations/publish_program.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "rules/calendar.h"
#include "rules/program.h"
#include "rules/refusal.h"
#include "server/operations/check_program.h"
#include "server/operations/club_view_builder.h"
#include "server/operations/writer_state.h"
#include "server/storage/club_store.h"
#include "server/storage/member_store.h"

namespace moadon {
namespace {

// What the owner wrote, without what the server sets.
v1::Program written_part(v1::Program program) {
  program.clear_version();
  program.clear_publish_time();
  program.clear_start_time();
  return program;
}

bool is_repeated(const v1::Program& program, const v1::Program& newest) {
  using google::protobuf::util::MessageDifferencer;
  if (!MessageDifferencer::Equals(written_part(program), written_part(newest))) return false;
  return newest.version() == 1 || !program.has_start_time() ||
         MessageDifferencer::Equals(program.start_time(), newest.start_time());
}

absl::Status fixed(absl::string_view field) {
  return refuse(v1::REASON_PROGRAM_FIELD_FIXED,
                absl::StrCat(field, " stays what the first version says"), {{"field", field}});
}

absl::Status check_later(const v1::Program& program, const ClubView& view, int64_t start_us,
                         int64_t now_us) {
  const v1::Program& first = view.programs().front();
  if (program.currency_code() != first.currency_code()) return fixed("program.currency_code");
  if (program.time_zone() != first.time_zone()) return fixed("program.time_zone");
  const int64_t newest_us = time_us_of(view.programs().back().start_time(), "").value_or(0);
  if (start_us >= now_us && start_us >= newest_us) return absl::OkStatus();
  const std::string start_time =
      absl::FormatTime(absl::RFC3339_full, absl::FromUnixMicros(start_us), absl::UTCTimeZone());
  return refuse(v1::REASON_PROGRAM_START_PAST,
                "a version starts now or later, and not before an earlier version",
                {{"start_time", start_time}});
}

absl::StatusOr<v1::PublishProgramResponse> publish(sqlite::Connection& connection,
                                                   WriterState& state, v1::Program program) {
  const ClubView& before = *state.view();
  v1::PublishProgramResponse response;
  if (is_newest_again(program, before)) {
    *response.mutable_program() = before.programs().back();
    return response;
  }
  const int64_t now_us = state.now_us();
  int64_t start_us = kMinTimeUs;
  if (before.has_program()) {
    start_us =
        program.has_start_time() ? time_us_of(program.start_time(), "").value_or(now_us) : now_us;
    const absl::Status later = check_later(program, before, start_us, now_us);
    if (!later.ok()) return later;
    const absl::Status notice = check_notice(before.programs().back(), program, start_us, now_us);
    if (!notice.ok()) return notice;
  }
  program.set_version(static_cast<int64_t>(before.programs().size()) + 1);
  *program.mutable_start_time() = timestamp_of(start_us);
  *program.mutable_publish_time() = timestamp_of(now_us);

  ClubViewBuilder after(before);
  absl::Status written = after.add_program(program);
  if (!written.ok()) return written;
  written = storage::insert_program(connection, program, start_us, now_us);
  if (!written.ok()) return written;
  ClubViewPtr view = after.build();
  written = storage::make_all_members_due(connection,
                                          day_number(view->stage_versions().back().start_day));
  if (!written.ok()) return written;
  state.note_change_of_all();
  state.stage(std::move(view));
  *response.mutable_program() = std::move(program);
  return response;
}

}  // namespace

bool is_newest_again(const v1::Program& program, const ClubView& view) {
  return view.has_program() && is_repeated(program, view.programs().back());
}

void publish_program(Club& club, const v1::Program& program,
                     Answer<v1::PublishProgramResponse> answer) {
  absl::Status form = check_program(program);
  if (form.ok()) form = load_zone(program.time_zone(), "program.time_zone").status();
  if (!form.ok()) {
    std::move(answer)(std::move(form));
    return;
  }
  club.write<v1::PublishProgramResponse>(
      [program](sqlite::Connection& connection, WriterState& state) {
        return publish(connection, state, program);
      },
      std::move(answer));
}

}  // namespace moadon

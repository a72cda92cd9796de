#include "server/operations/note_asked.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/profile_check.h"
#include "rules/refusal.h"
#include "server/operations/member_id.h"
#include "server/operations/missing_details.h"
#include "server/operations/whole_person.h"
#include "server/operations/writer_state.h"
#include "server/storage/member_field_store.h"

namespace moadon {
namespace {

constexpr size_t kMaxIdBytes = 64;
constexpr size_t kMaxFieldBytes = 64;

absl::Status check_asked(const v1::Asked& asked, absl::string_view at) {
  absl::Status status = check_text(asked.member_id(), kMaxIdBytes, Presence::kRequired,
                                   absl::StrCat(at, ".member_id"));
  status.Update(
      check_text(asked.field(), kMaxFieldBytes, Presence::kRequired, absl::StrCat(at, ".field")));
  if (!status.ok()) return status;
  if (!is_ask_field(asked.field())) {
    const std::string field = absl::StrCat(at, ".field");
    return refuse(v1::REASON_FIELD_INVALID, absl::StrCat(field, " must be a detail"),
                  {{"field", field}, {"limit", "a detail"}});
  }
  const std::string time = absl::StrCat(at, ".ask_time");
  if (!asked.has_ask_time()) {
    return refuse(v1::REASON_FIELD_MISSING, absl::StrCat(time, " is missing"), {{"field", time}});
  }
  return time_us_of(asked.ask_time(), time).status();
}

absl::Status check_request(const v1::NoteAskedRequest& request) {
  if (request.asks().empty()) {
    return refuse(v1::REASON_FIELD_MISSING, "asks is missing", {{"field", "asks"}});
  }
  if (request.asks_size() > kMaxAsksPerCall) return too_large("asks", kMaxAsksPerCall);
  for (int i = 0; i < request.asks_size(); ++i) {
    const absl::Status checked = check_asked(request.asks(i), absl::StrCat("asks[", i, "]"));
    if (!checked.ok()) return checked;
  }
  return absl::OkStatus();
}

absl::Status note(sqlite::Connection& connection, WriterState& state, const v1::Asked& asked) {
  const std::optional<int64_t> member_id = member_id_of(asked.member_id());
  if (!member_id) return absl::OkStatus();
  const auto found = storage::find_member(connection, *member_id);
  if (!found.ok()) return found.status();
  if (!*found) return absl::OkStatus();
  const auto member = whole_person(connection, **found);
  if (!member.ok()) return member.status();
  if (member->erase_us) return absl::OkStatus();
  // A clock that runs ahead must not silence the question for longer than the pause.
  const int64_t now_us = state.now_us();
  const int64_t ask_us = std::min(time_us_of(asked.ask_time(), "").value_or(now_us), now_us);
  const auto kept = storage::keep_ask(connection, member->member_id, {asked.field(), ask_us});
  if (!kept.ok()) return kept.status();
  if (*kept) state.note_change(member->member_id);
  return absl::OkStatus();
}

}  // namespace

void note_asked(Club& club, const RegisterView& at, const v1::NoteAskedRequest& request,
                Answer<v1::NoteAskedResponse> answer) {
  absl::Status form = check_request(request);
  if (!form.ok() || at.replays_history) {
    std::move(answer)(form.ok() ? absl::StatusOr<v1::NoteAskedResponse>(v1::NoteAskedResponse())
                                : std::move(form));
    return;
  }
  club.write<v1::NoteAskedResponse>(
      [request](sqlite::Connection& connection,
                WriterState& state) -> absl::StatusOr<v1::NoteAskedResponse> {
        for (const v1::Asked& asked : request.asks()) {
          const absl::Status noted = note(connection, state, asked);
          if (!noted.ok()) return noted;
        }
        return v1::NoteAskedResponse();
      },
      std::move(answer));
}

}  // namespace moadon

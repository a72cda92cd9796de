#include "server/operations/list_story.h"

#include <algorithm>
#include <compare>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/find_by_key.h"
#include "server/operations/member_id.h"
#include "server/operations/member_message.h"
#include "server/operations/page_token.h"
#include "server/operations/story_event.h"
#include "server/storage/member_erasure_store.h"
#include "server/storage/merge_store.h"
#include "server/storage/story_store.h"

namespace moadon {
namespace {

constexpr int kDefaultEvents = 100;
constexpr int kMaxEvents = 1000;
constexpr size_t kMaxIdBytes = 64;
constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();

// A place in the story of a person; `text` tells decisions apart.
struct Place {
  int64_t day = kLowest;
  int64_t time_us = kLowest;
  int kind = 0;
  int64_t member_id = 0;
  int64_t number = 0;
  std::string text;

  auto operator<=>(const Place&) const = default;
};

struct Event {
  Place place;
  std::optional<v1::StoryEvent> message;  // empty: its row has not been read
};

absl::StatusOr<Place> place_of(absl::string_view call, const std::string& token) {
  if (token.empty()) return Place();
  const auto parts = page_token_parts(call, token, 6);
  if (!parts.ok()) return parts.status();
  std::vector<int64_t> numbers;
  for (size_t i = 0; i < 5; ++i) {
    const absl::StatusOr<int64_t> number = page_token_number((*parts)[i]);
    if (!number.ok()) return number.status();
    numbers.push_back(*number);
  }
  return Place{numbers[0], numbers[1], static_cast<int>(numbers[2]),
               numbers[3], numbers[4], parts->back()};
}

std::string token_of(absl::string_view call, const Place& place) {
  return page_token(call,
                    {absl::StrCat(place.day), absl::StrCat(place.time_us), absl::StrCat(place.kind),
                     absl::StrCat(place.member_id), absl::StrCat(place.number), place.text});
}

// Reads the story of a member and of those who are part of them, from one snapshot.
class StoryReader {
 public:
  StoryReader(sqlite::Connection& connection, const ClubView& view, Place after, int limit)
      : connection_(connection), view_(view), after_(std::move(after)), limit_(limit) {}

  // At most `limit` events, in order.
  absl::StatusOr<std::vector<Event>> read(const storage::MemberRow& member) {
    absl::Status read = find_family(member.member_id);
    for (const int64_t id : family_) {
      if (read.ok()) read = read_places(id);
      if (read.ok()) read = read_consents(id);
      if (read.ok()) read = read_notes(id);
      if (read.ok()) read = read_decisions(id);
      if (read.ok()) read = read_merges(id);
    }
    if (!read.ok()) return read;
    std::sort(events_.begin(), events_.end(),
              [](const Event& a, const Event& b) { return a.place < b.place; });
    if (events_.size() > static_cast<size_t>(limit_)) events_.resize(static_cast<size_t>(limit_));
    for (Event& event : events_) {
      read = finish(event, member.member_id);
      if (!read.ok()) return read;
    }
    return std::move(events_);
  }

 private:
  absl::Status find_family(int64_t member_id) {
    family_ = {member_id};
    for (size_t i = 0; i < family_.size(); ++i) {
      const auto lost = storage::list_merged_into(connection_, family_[i]);
      if (!lost.ok()) return lost.status();
      family_.insert(family_.end(), lost->begin(), lost->end());
    }
    return absl::OkStatus();
  }

  bool is_family(int64_t member_id) const {
    return std::find(family_.begin(), family_.end(), member_id) != family_.end();
  }

  // What is many for one member: only so much as a page can hold.
  absl::Status read_places(int64_t member_id) {
    int64_t number = after_.number;
    if (member_id < after_.member_id) number = kHighest;
    if (member_id > after_.member_id) number = kLowest;
    const auto places = storage::list_story_places(
        connection_, member_id, {after_.day, after_.time_us, after_.kind, number}, limit_);
    if (!places.ok()) return places.status();
    for (const storage::StoryPlace& place : *places) {
      events_.push_back(
          {{place.day, place.time_us, place.kind, member_id, place.number, ""}, std::nullopt});
    }
    return absl::OkStatus();
  }

  void add(Place place, v1::StoryEvent message) {
    if (place > after_) events_.push_back({std::move(place), std::move(message)});
  }

  int64_t day_of(int64_t time_us) const { return day_number(view_.day_of(time_us)); }

  absl::Status read_consents(int64_t member_id) {
    const auto consents = storage::list_numbered_consents(connection_, member_id);
    if (!consents.ok()) return consents.status();
    for (const auto& [position, row] : *consents) {
      v1::StoryEvent event;
      *event.mutable_consent() = consent_message(row);
      add({day_of(row.occurred_us), row.occurred_us, v1::StoryEvent::kConsent, member_id, position,
           ""},
          std::move(event));
    }
    return absl::OkStatus();
  }

  absl::Status read_notes(int64_t member_id) {
    const auto notes = storage::list_numbered_notes(connection_, member_id);
    if (!notes.ok()) return notes.status();
    for (const auto& [position, row] : *notes) {
      v1::StoryEvent event;
      v1::Note& note = *event.mutable_note();
      *note.mutable_note_time() = timestamp_of(row.note_us);
      note.set_text(row.note);
      note.set_actor(row.actor);
      add({day_of(row.note_us), row.note_us, v1::StoryEvent::kNote, member_id, position, ""},
          std::move(event));
    }
    return absl::OkStatus();
  }

  static v1::StoryEvent decision_event(v1::DecisionKind kind, const storage::DecisionRow& row) {
    v1::StoryEvent event;
    event.mutable_decision()->set_kind(kind);
    event.mutable_decision()->set_note(row.note);
    event.mutable_decision()->set_actor(row.actor);
    return event;
  }

  absl::Status read_decisions(int64_t member_id) {
    const auto decisions = storage::list_told_decisions(connection_, member_id);
    if (!decisions.ok()) return decisions.status();
    for (const storage::DecisionRow& row : *decisions) {
      add({row.decision_day, row.record_us, v1::StoryEvent::kDecision, member_id, 0,
           row.request_id},
          decision_event(static_cast<v1::DecisionKind>(row.kind), row));
    }
    return absl::OkStatus();
  }

  // Merges on either side; of two of the family, once.
  absl::Status read_merges(int64_t member_id) {
    const auto as_lost = storage::list_merges_of_lost(connection_, member_id);
    if (!as_lost.ok()) return as_lost.status();
    const auto as_kept = storage::list_merges_into(connection_, member_id);
    if (!as_kept.ok()) return as_kept.status();
    absl::Status added;
    for (const storage::MergeRow& merge : *as_kept) {
      if (added.ok()) added = add_merge(merge, member_id, merge.lost_id);
    }
    for (const storage::MergeRow& merge : *as_lost) {
      if (is_family(merge.kept_id)) continue;
      if (added.ok()) added = add_merge(merge, member_id, merge.kept_id);
    }
    return added;
  }

  absl::Status add_merge(const storage::MergeRow& merge, int64_t member_id, int64_t other_id) {
    absl::Status added = add_half({v1::DECISION_KIND_MERGE, merge.merge_day, merge.merge_us,
                                   merge.request_id, member_id, other_id});
    if (added.ok() && merge.undo_us) {
      added = add_half({v1::DECISION_KIND_UNDO_MERGE, *merge.undo_day, *merge.undo_us,
                        merge.undo_request_id, member_id, other_id});
    }
    return added;
  }

  // A merge, or its end.
  struct MergeHalf {
    v1::DecisionKind kind;
    int64_t day;
    int64_t time_us;
    const std::string& request_id;
    int64_t member_id;
    int64_t other_id;
  };

  absl::Status add_half(const MergeHalf& half) {
    const auto row = storage::find_decision(connection_, half.request_id);
    if (!row.ok()) return row.status();
    v1::StoryEvent event = decision_event(half.kind, row->value_or(storage::DecisionRow{}));
    event.mutable_decision()->set_other_member_id(member_id_text(half.other_id));
    add({half.day, half.time_us, v1::StoryEvent::kDecision, half.member_id, 0, half.request_id},
        std::move(event));
    return absl::OkStatus();
  }

  absl::Status finish(Event& event, int64_t asked_id) {
    const Place& place = event.place;
    if (!event.message) {
      event.message.emplace();
      const absl::Status filled =
          fill_story_event(connection_, place.member_id,
                           {place.day, place.time_us, place.kind, place.number}, *event.message);
      if (!filled.ok()) return filled;
    }
    event.message->set_event_date(format_day(day_of_number(place.day)));
    if (place.time_us != storage::kDaysMatterUs) {
      *event.message->mutable_event_time() = timestamp_of(place.time_us);
    }
    if (place.member_id != asked_id) event.message->set_member_id(member_id_text(place.member_id));
    return absl::OkStatus();
  }

  sqlite::Connection& connection_;
  const ClubView& view_;
  const Place after_;
  const int limit_;
  std::vector<int64_t> family_;
  std::vector<Event> events_;
};

}  // namespace

absl::StatusOr<v1::ListStoryResponse> list_story(Club& club, const v1::ListStoryRequest& request) {
  const absl::Status form =
      check_text(request.member_id(), kMaxIdBytes, Presence::kRequired, "member_id");
  if (!form.ok()) return form;
  const auto page_size = checked_page_size(request.page_size(), kDefaultEvents, kMaxEvents);
  if (!page_size.ok()) return page_size.status();
  const std::string call = absl::StrCat("story of ", request.member_id());
  absl::StatusOr<Place> after = place_of(call, request.page_token());
  if (!after.ok()) return after.status();
  const ClubViewPtr view = club.view();
  if (!view->has_program()) return refuse(v1::REASON_MEMBER_UNKNOWN, "there are no members yet");
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const absl::StatusOr<storage::MemberRow> member = find_by_id(**reader, request.member_id());
  if (!member.ok()) return member.status();
  auto events = StoryReader(**reader, *view, *std::move(after), *page_size).read(*member);
  if (!events.ok()) return events.status();
  v1::ListStoryResponse response;
  for (Event& event : *events) *response.add_events() = *std::move(event.message);
  if (static_cast<int>(events->size()) == *page_size) {
    response.set_next_page_token(token_of(call, events->back().place));
  }
  return response;
}

}  // namespace moadon

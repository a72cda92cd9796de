#include "server/insight/ask_members.h"

#include <algorithm>

#include "rules/calendar.h"
#include "server/operations/member_facts.h"
#include "server/operations/tier_upkeep.h"
#include "server/storage/member_store.h"

namespace moadon {
namespace {

constexpr PictureParts kManyRows = bits(PicturePart::kLines);
constexpr PictureParts kSomeRows = bits(PicturePart::kDays) | bits(PicturePart::kPoints);
constexpr PictureParts kFewRows = ~(kManyRows | kSomeRows);
// In the order of what they cost.
constexpr PictureParts kSteps[] = {kFewRows, kSomeRows, kManyRows};

// Moves stage and tier to today where a day that has come would change them.
absl::Status bring_to_today(sqlite::Connection& connection, const Asking& asking,
                            storage::StandingRow& row) {
  const Moment moment{asking.view, asking.now_us};
  const int64_t today = day_number(asking.view.day_of(asking.now_us));
  const auto is_due = [&](const std::optional<int64_t>& day) { return day && *day <= today; };
  if (!is_due(row.next_stage_day) && !is_due(row.next_tier_day)) return absl::OkStatus();
  const auto member = storage::find_member(connection, row.member_id);
  if (!member.ok()) return member.status();
  if (!*member) return absl::InternalError("a member was there and is not");
  if (is_due(row.next_stage_day)) {
    const absl::StatusOr<StageNow> now = stage_now(connection, **member, moment);
    if (!now.ok()) return now.status();
    row.stage = now->stage;
  }
  if (is_due(row.next_tier_day)) {
    const absl::StatusOr<TierPath> path = tier_path_of(connection, asking.view, **member, today);
    if (!path.ok()) return path.status();
    row.tier_id = path->at_end;
  }
  return absl::OkStatus();
}

// Who is part of the member was met and may have signed up before.
absl::Status add_beginnings(sqlite::Connection& connection, const LostMembers& lost,
                            storage::StandingRow& row) {
  const auto others = lost.find(row.member_id);
  if (others == lost.end()) return absl::OkStatus();
  for (const int64_t lost_id : others->second) {
    const auto member = storage::find_member(connection, lost_id);
    if (!member.ok()) return member.status();
    if (!*member) return absl::InternalError("a merge's member is not there");
    row.met_day = std::min(row.met_day, (*member)->met_day);
    row.has_signed_up |= (*member)->enrolled_day.has_value();
  }
  return absl::OkStatus();
}

// The picture anew, with the standing alone. Keeps what it has allocated.
void begin_picture(const storage::StandingRow& row, const AskedQuestion& question,
                   MemberPicture& picture) {
  picture.parts = 0;
  picture.stage = static_cast<v1::Stage>(row.stage);
  picture.tier_id = row.tier_id;
  picture.met_day = row.met_day;
  picture.has_signed_up = row.has_signed_up;
  picture.refuses = row.refuses;
  picture.is_archived = row.is_archived;
  picture.ever = {row.purchase_days, row.net_spend_sum_minor};
  picture.first_purchase_day = row.first_purchase_day;
  picture.last_purchase_day = row.last_purchase_day;
  if (question.parts() == 0) return;
  for (std::string* const text :
       {&picture.first_name, &picture.last_name, &picture.birth_date, &picture.anniversary_date,
        &picture.city, &picture.folded_city, &picture.language_code, &picture.branch_id,
        &picture.source_name}) {
    text->clear();
  }
  picture.gender = picture.family_status = picture.preferred_channel = picture.source_kind = 0;
  picture.has_phone = picture.has_email = false;
  picture.consents.fill(std::nullopt);
  picture.tags.clear();
  picture.custom_values.clear();
  picture.branch_us = picture.source_us = std::nullopt;
  picture.last_days.assign(question.last_days().size(), {});
  picture.points_milli = 0;
  picture.bought_milli.assign(question.bought().size(), 0);
}

}  // namespace

absl::Status ask_members(sqlite::Connection& connection, const Asking& asking,
                         storage::MemberSpan span,
                         absl::FunctionRef<bool(const storage::StandingRow&, bool)> see) {
  const AskedQuestion& question = asking.question;
  storage::StandingScan standings(connection, span.after_id, span.until_id);
  PictureReader reader(connection, question, asking.lost, span);
  storage::StandingRow row;
  MemberPicture picture;
  while (true) {
    const absl::StatusOr<bool> found = standings.next(row);
    if (!found.ok()) return found.status();
    if (!*found) return absl::OkStatus();
    if (row.is_merged) continue;
    absl::Status read = bring_to_today(connection, asking, row);
    if (read.ok()) read = add_beginnings(connection, asking.lost, row);
    begin_picture(row, question, picture);
    Fit fit = question.fit(picture);
    for (const PictureParts step : kSteps) {
      if (!read.ok() || fit != Fit::kUnread) break;
      if ((question.parts() & step) == 0) continue;
      read = reader.read(step, row.member_id, picture);
      fit = question.fit(picture);
    }
    if (!read.ok()) return read;
    if (!see(row, fit == Fit::kYes)) return absl::OkStatus();
  }
}

}  // namespace moadon

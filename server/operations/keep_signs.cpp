#include "server/operations/keep_signs.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/operations/club_view_builder.h"
#include "server/operations/member_change.h"
#include "server/operations/person_profile.h"

namespace moadon {
namespace {

int64_t day_of_sign(const storage::SignRow& row, const ClubView& view) {
  const v1::Branch* const branch = view.branch(row.branch_id);
  if (branch != nullptr) {
    const auto zone = load_zone(branch->time_zone(), "branch.time_zone");
    if (zone.ok()) return day_number(business_day(row.sign_us, *zone, branch->day_start_minutes()));
  }
  return day_number(view.day_of(row.sign_us));
}

bool is_known(const GivenSign& given, const std::vector<storage::SignRow>& known) {
  const storage::SignRow& sign = given.row;
  return std::any_of(known.begin(), known.end(), [&](const storage::SignRow& row) {
    if (row.kind != sign.kind) return false;
    if (row.sign_us == sign.sign_us) return true;
    return !given.is_dated && row.sign_day == sign.sign_day && row.branch_id == sign.branch_id &&
           row.source == sign.source;
  });
}

}  // namespace

storage::SourceColumns source_columns(const v1::Source& source) {
  return {static_cast<int>(source.kind()), source.name()};
}

absl::Status check_branches(const google::protobuf::RepeatedPtrField<v1::SignOfInterest>& signs,
                            const ClubView& view) {
  for (int i = 0; i < signs.size(); ++i) {
    const std::string& branch_id = signs[i].branch_id();
    if (branch_id.empty() || view.branch(branch_id) != nullptr) continue;
    const std::string field = absl::StrCat("signs[", i, "].branch_id");
    return refuse(v1::REASON_BRANCH_UNKNOWN, "no such branch",
                  {{"field", field}, {"branch_id", branch_id}});
  }
  return absl::OkStatus();
}

std::vector<GivenSign> given_signs(
    const google::protobuf::RepeatedPtrField<v1::SignOfInterest>& signs, int64_t time_us,
    const ClubView& view) {
  std::vector<GivenSign> given;
  for (const v1::SignOfInterest& sign : signs) {
    storage::SignRow row;
    row.sign_us =
        sign.has_occurred_at() ? time_us_of(sign.occurred_at(), "").value_or(time_us) : time_us;
    row.kind = sign.kind();
    row.branch_id = sign.branch_id();
    row.source = source_columns(sign.source());
    row.sign_day = day_of_sign(row, view);
    given.push_back({std::move(row), sign.has_occurred_at()});
  }
  return given;
}

absl::StatusOr<storage::MemberRow> keep_signs(sqlite::Connection& connection, WriterState& state,
                                              const storage::MemberRow& member,
                                              const std::vector<GivenSign>& signs) {
  if (signs.empty()) return member;
  std::vector<storage::SignRow> known;
  if (member.sign_count > 0 || member.merge_count > 0) {
    auto kept = signs_of_person(connection, member);
    if (!kept.ok()) return kept.status();
    known = *std::move(kept);
  }
  MemberChange change(member);
  for (const GivenSign& given : signs) {
    if (is_known(given, known)) continue;
    const storage::SignRow& sign = given.row;
    known.push_back(sign);
    const absl::Status inserted = storage::insert_sign(connection, member.member_id, sign);
    if (!inserted.ok()) return inserted;
    change.met({sign.sign_us, sign.sign_day, sign.branch_id, sign.source});
    change.sign(sign.sign_day);
  }
  const absl::Status finished = change.finish(connection, state);
  if (!finished.ok()) return finished;
  return change.row();
}

}  // namespace moadon

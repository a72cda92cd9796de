#include "server/operations/member_rights.h"

#include <algorithm>

#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/operations/member_id.h"
#include "server/operations/right_balance.h"
#include "server/storage/merge_store.h"

namespace moadon {
namespace {

void set_amount_left(storage::RightRow& right, int64_t amount_minor) {
  right.amount_left_minor = amount_minor;
  right.uses_left = amount_minor > 0 ? 1 : 0;
}

absl::Status not_left(const std::string& grant_id) {
  return refuse(v1::REASON_RIGHT_NOT_LEFT, "the right is not there to be set aside",
                {{"grant_id", grant_id}});
}

// What a first use takes of what is there: of a voucher for single use everything.
int64_t taken_minor(const storage::RightRow& right, int64_t wanted_minor, int64_t there_minor) {
  return right.is_single_use ? there_minor : std::min(wanted_minor, there_minor);
}

MemberRights::Used use_coupon(storage::RightRow& right, const storage::HoldRightRow* held) {
  MemberRights::Used used;
  used.grant_id = right.grant_id;
  if (held != nullptr && right.uses_held > 0) {
    --right.uses_held;
    used.use_count = 1;
  } else if (!right.withdrawn_day && right.uses_left > 0) {
    --right.uses_left;
    used.use_count = 1;
  }
  used.is_overused = used.use_count == 0;
  return used;
}

MemberRights::Used use_voucher(storage::RightRow& right, int64_t wanted_minor,
                               const storage::HoldRightRow* held) {
  MemberRights::Used used;
  used.grant_id = right.grant_id;
  int64_t left_minor = right.amount_left_minor;
  int64_t there_minor = right.withdrawn_day ? 0 : left_minor;
  if (held != nullptr) {
    const int64_t held_minor = std::min(held->amount_minor, right.amount_held_minor);
    right.amount_held_minor -= held_minor;
    right.uses_held -= std::min(held->use_count, right.uses_held);
    left_minor += held_minor;
    there_minor += held_minor;
  }
  used.amount_minor = taken_minor(right, wanted_minor, there_minor);
  used.use_count = there_minor > 0 ? 1 : 0;
  set_amount_left(right, left_minor - used.amount_minor);
  used.missing_minor = std::max<int64_t>(wanted_minor - used.amount_minor, 0);
  used.is_overused = used.missing_minor > 0;
  return used;
}

}  // namespace

std::string grant_id_text(int64_t grant_id) { return member_id_text(grant_id); }

std::optional<int64_t> grant_id_of(absl::string_view text) { return member_id_of(text); }

v1::HeldRight right_message(const storage::RightRow& row) {
  v1::HeldRight right;
  right.set_grant_id(grant_id_text(row.grant_id));
  right.set_right_id(row.right_id);
  right.set_valid_from_date(format_day(day_of_number(row.from_day)));
  if (row.until_day) right.set_valid_until_date(format_day(day_of_number(*row.until_day)));
  if (row.withdrawn_day) return right;
  right.set_uses_left(static_cast<int32_t>(row.uses_left));
  right.set_amount_left_minor(row.amount_left_minor);
  return right;
}

absl::StatusOr<storage::RightRow> MemberRights::grant(const v1::RightKind& kind,
                                                      const GrantCause& cause, absl::CivilDay day) {
  storage::RightRow right =
      new_right(kind, {state_.new_id(), cause.source, day_number(day), state_.now_us()});
  right.sale_id = cause.sale_id;
  right.position = cause.position;
  const absl::Status written = write(right);
  if (!written.ok()) return written;
  ++row_.right_count;
  return right;
}

absl::StatusOr<storage::HoldRightRow> MemberRights::hold(const v1::RightUse& wanted,
                                                         absl::CivilDay day) {
  const std::optional<int64_t> grant_id = grant_id_of(wanted.grant_id());
  if (!grant_id) return not_left(wanted.grant_id());
  auto found = storage::find_right(connection_, row_.member_id, *grant_id);
  if (!found.ok()) return found.status();
  if (!*found) return not_left(wanted.grant_id());
  const auto held = hold_right(**found, 1, wanted.amount_minor(), day_number(day));
  if (!held) return not_left(wanted.grant_id());
  const absl::Status written = write(**found);
  if (!written.ok()) return written;
  return *held;
}

absl::Status MemberRights::release(const storage::HoldRightRow& held) {
  absl::StatusOr<storage::RightRow> right = read(held.grant_id);
  if (!right.ok()) return right.status();
  release_right(*right, held);
  return write(*right);
}

absl::StatusOr<MemberRights::Used> MemberRights::use(const v1::RightUse& wanted,
                                                     const storage::HoldRightRow* held) {
  const std::optional<int64_t> grant_id = grant_id_of(wanted.grant_id());
  if (!grant_id) return Used{0, 0, 0, true, wanted.amount_minor()};
  auto right = storage::find_right(connection_, row_.member_id, *grant_id);
  if (!right.ok()) return right.status();
  if (!*right) return Used{0, 0, 0, true, wanted.amount_minor()};
  const Used used = is_voucher(**right) ? use_voucher(**right, wanted.amount_minor(), held)
                                        : use_coupon(**right, held);
  const absl::Status written = write(**right);
  if (!written.ok()) return written;
  return used;
}

absl::Status MemberRights::give_back(const storage::RightUseRow& use, absl::CivilDay day,
                                     int grace_days) {
  if (use.use_count == 0) return absl::OkStatus();
  absl::StatusOr<storage::RightRow> right = read(use.grant_id);
  if (!right.ok()) return right.status();
  if (is_voucher(*right)) {
    set_amount_left(*right, right->amount_left_minor + use.amount_minor);
  } else {
    right->uses_left += use.use_count;
  }
  const int64_t back_day = day_number(day);
  if (right->until_day && *right->until_day < back_day) right->until_day = back_day + grace_days;
  const absl::Status written = write(*right);
  const bool went_back = right->withdrawn_day && row_.merge_count > 0;
  return written.ok() && went_back ? pass_back(use, *right) : written;
}

// A right that came by a merge since undone is its first holder's again.
absl::Status MemberRights::pass_back(const storage::RightUseRow& use,
                                     const storage::RightRow& came) {
  const auto merges = storage::list_merges_into(connection_, row_.member_id);
  if (!merges.ok()) return merges.status();
  for (const storage::MergeRow& merge : *merges) {
    if (merge.request_id != came.source || !merge.undo_us) continue;
    auto own = storage::find_right(connection_, merge.lost_id, came.grant_id);
    if (!own.ok()) return own.status();
    if (!*own) continue;
    if (is_voucher(**own)) {
      set_amount_left(**own, (*own)->amount_left_minor + use.amount_minor);
    } else {
      (*own)->uses_left += use.use_count;
    }
    (*own)->until_day = came.until_day;
    absl::Status written = storage::keep_right(connection_, merge.lost_id, **own);
    auto holder = storage::find_member(connection_, merge.lost_id);
    if (!holder.ok()) return holder.status();
    if (!written.ok() || !*holder) return written;
    state_.note_change(merge.lost_id);
    ++(*holder)->snapshot;
    (*holder)->changed_us = state_.next_change_us();
    return storage::update_member(connection_, **holder);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> MemberRights::withdraw(int64_t grant_id, absl::CivilDay day) {
  absl::StatusOr<storage::RightRow> right = read(grant_id);
  if (!right.ok()) return right.status();
  right->withdrawn_day = day_number(day);
  const absl::Status written = write(*right);
  if (!written.ok()) return written;
  return !is_untouched(*right);
}

absl::Status MemberRights::restore(int64_t grant_id) {
  absl::StatusOr<storage::RightRow> right = read(grant_id);
  if (!right.ok()) return right.status();
  right->withdrawn_day.reset();
  return write(*right);
}

absl::StatusOr<storage::RightRow> MemberRights::read(int64_t grant_id) {
  auto right = storage::find_right(connection_, row_.member_id, grant_id);
  if (!right.ok()) return right.status();
  if (!*right) return absl::InternalError("a member's right is not there");
  return **std::move(right);
}

absl::Status MemberRights::write(const storage::RightRow& right) {
  return storage::keep_right(connection_, row_.member_id, right);
}

}  // namespace moadon

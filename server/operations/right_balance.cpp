#include "server/operations/right_balance.h"

#include <algorithm>

namespace moadon {

bool is_voucher(const storage::RightRow& right) { return right.amount_minor > 0; }

bool is_untouched(const storage::RightRow& right) {
  return right.uses_left == right.use_count && right.amount_left_minor == right.amount_minor;
}

storage::RightRow new_right(const v1::RightKind& kind, const RightOrigin& origin) {
  storage::RightRow right;
  right.grant_id = origin.grant_id;
  right.right_id = kind.right_id();
  right.source = origin.source;
  right.granted_day = origin.granted_day;
  right.from_day = origin.granted_day + kind.valid_after_days();
  if (kind.valid_days() > 0) right.until_day = right.from_day + kind.valid_days() - 1;
  right.use_count = kind.has_voucher() ? 1 : std::max(kind.coupon().use_count(), 1);
  right.uses_left = right.use_count;
  right.amount_minor = kind.voucher().amount_minor();
  right.amount_left_minor = right.amount_minor;
  right.is_single_use = kind.voucher().single_use();
  right.record_us = origin.record_us;
  return right;
}

bool is_usable(const storage::RightRow& right, int64_t day) {
  return !right.withdrawn_day && right.uses_left > 0 && right.from_day <= day &&
         right.until_day.value_or(day) >= day;
}

std::optional<storage::HoldRightRow> hold_right(storage::RightRow& right, int64_t use_count,
                                                int64_t amount_minor, int64_t day) {
  if (!is_usable(right, day)) return std::nullopt;
  storage::HoldRightRow held{right.grant_id, use_count, amount_minor};
  if (!is_voucher(right)) {
    if (use_count > right.uses_left || amount_minor != 0) return std::nullopt;
    right.uses_left -= use_count;
  } else {
    if (use_count != 1 || amount_minor < 1 || amount_minor > right.amount_left_minor) {
      return std::nullopt;
    }
    if (right.is_single_use) held.amount_minor = right.amount_left_minor;
    right.amount_left_minor -= held.amount_minor;
    if (right.amount_left_minor == 0) right.uses_left = 0;
  }
  right.uses_held += held.use_count;
  right.amount_held_minor += held.amount_minor;
  return held;
}

void release_right(storage::RightRow& right, const storage::HoldRightRow& held) {
  right.uses_held -= held.use_count;
  right.amount_held_minor -= held.amount_minor;
  right.amount_left_minor += held.amount_minor;
  if (is_voucher(right)) {
    right.uses_left = 1;
  } else {
    right.uses_left += held.use_count;
  }
}

}  // namespace moadon

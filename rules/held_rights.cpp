#include "rules/held_rights.h"

#include <algorithm>
#include <tuple>

#include "rules/calendar.h"

namespace moadon {

HeldRights::HeldRights(const v1::MemberFacts& facts, absl::CivilDay day) {
  if (facts.rights().empty()) return;
  const std::string today = format_day(day);
  for (const v1::HeldRight& right : facts.rights()) {
    const bool has_begun = right.valid_from_date() <= today;
    const bool has_ended = !right.valid_until_date().empty() && right.valid_until_date() < today;
    if (!has_begun || has_ended || right.uses_left() <= 0) continue;
    held_.push_back({&right, right.uses_left(), right.amount_left_minor()});
  }
  const auto end_of = [](const v1::HeldRight& right) {
    return std::tuple(right.valid_until_date().empty(), absl::string_view(right.valid_until_date()),
                      absl::string_view(right.grant_id()));
  };
  std::sort(held_.begin(), held_.end(),
            [&](const Held& a, const Held& b) { return end_of(*a.right) < end_of(*b.right); });
}

int HeldRights::next_of(const std::string& right_id) const {
  for (size_t i = 0; i < held_.size(); ++i) {
    if (held_[i].uses_left > 0 && held_[i].right->right_id() == right_id) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

void HeldRights::use(int number, const v1::RightKind& kind, int64_t amount_minor) {
  Held& held = held_[static_cast<size_t>(number)];
  if (!kind.has_voucher()) {
    --held.uses_left;
    return;
  }
  held.amount_left_minor -= amount_minor;
  if (kind.voucher().single_use() || held.amount_left_minor <= 0) held.uses_left = 0;
}

}  // namespace moadon

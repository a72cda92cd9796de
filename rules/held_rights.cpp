#include "rules/held_rights.h"

#include <algorithm>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "rules/calendar.h"

namespace moadon {

HeldRights::HeldRights(const v1::MemberFacts& facts, const OccasionDays& days) {
  if (facts.rights().empty()) return;
  const std::string first = format_day(days.first);
  const std::string last = days.last == days.first ? first : format_day(days.last);
  const absl::flat_hash_set<absl::string_view> leased(facts.offline().leased_grant_ids().begin(),
                                                      facts.offline().leased_grant_ids().end());
  for (const v1::HeldRight& right : facts.rights()) {
    const bool has_begun = right.valid_from_date() <= first;
    const bool has_ended = !right.valid_until_date().empty() && right.valid_until_date() < last;
    if (!has_begun || has_ended || right.uses_left() <= 0) continue;
    if (facts.has_offline() && !leased.contains(right.grant_id())) {
      unleased_.push_back(&right);
      continue;
    }
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

bool HeldRights::is_held_unleased(const std::string& right_id) const {
  return std::any_of(unleased_.begin(), unleased_.end(),
                     [&](const v1::HeldRight* right) { return right->right_id() == right_id; });
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

#include "server/operations/club_view.h"

#include <algorithm>

#include "rules/calendar.h"
#include "server/operations/tokens.h"

namespace moadon {

const v1::Program* ClubView::program(int64_t version) const {
  if (version < 1 || version > static_cast<int64_t>(programs_.size())) return nullptr;
  return &programs_[version - 1];
}

const v1::Program& ClubView::program_at(int64_t time_us) const {
  return programs_[index_at(time_us)];
}

size_t ClubView::index_at(int64_t time_us) const {
  size_t i = programs_.size() - 1;
  while (i > 0 && start_times_us_[i] > time_us) --i;
  return i;
}

bool ClubView::has_promises(int64_t version) const {
  const v1::Program& program = programs_[version - 1];
  return program.has_points() || !program.benefits().empty();
}

const LimitedBenefits& ClubView::limited_benefits(int64_t time_us) const {
  return limited_benefits_[index_at(time_us)];
}

absl::CivilDay ClubView::day_of(int64_t time_us) const { return business_day(time_us, zone_, 0); }

const RegisterView* ClubView::register_of_token(absl::string_view token) const {
  const auto found = registers_by_token_hash_.find(token_hash(token));
  return found == registers_by_token_hash_.end() ? nullptr : found->second.get();
}

const RegisterView* ClubView::register_of_id(absl::string_view register_id) const {
  const auto found = registers_.find(register_id);
  return found == registers_.end() ? nullptr : found->second.get();
}

std::vector<const RegisterView*> ClubView::live_registers() const {
  std::vector<const RegisterView*> live;
  for (const auto& [id, each] : registers_) {
    if (!each->is_revoked && !each->replays_history) live.push_back(each.get());
  }
  return live;
}

bool ClubView::is_owner_token(absl::string_view token) const {
  return !owner_token_hash_.empty() && token_hash(token) == owner_token_hash_;
}

const v1::Branch* ClubView::branch(absl::string_view branch_id) const {
  const auto found = branches_.find(branch_id);
  return found == branches_.end() ? nullptr : &found->second;
}

absl::flat_hash_set<std::string> ClubView::branches_in_region_of(
    absl::string_view branch_id) const {
  absl::flat_hash_set<std::string> sharing{std::string(branch_id)};
  const v1::Branch* const own = branch(branch_id);
  if (own == nullptr || own->region_id().empty()) return sharing;
  for (const auto& [id, other] : branches_) {
    if (other.region_id() == own->region_id()) sharing.insert(id);
  }
  return sharing;
}

}  // namespace moadon

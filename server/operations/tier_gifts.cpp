#include "server/operations/tier_gifts.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/points_life.h"
#include "server/operations/member_points.h"
#include "server/operations/member_rights.h"
#include "server/operations/right_balance.h"
#include "server/operations/whole_person.h"
#include "server/storage/tier_store.h"

namespace moadon {
namespace {

using Gifts = std::vector<storage::TierGiftRow>;

// Of a tier that is not among them: below all.
int rank_of(const v1::Program& program, const std::string& tier_id) {
  for (int i = 0; i < program.tiers_size(); ++i) {
    if (program.tiers(i).tier_id() == tier_id) return i;
  }
  return -1;
}

// A rise into a tier that welcomes with a gift.
struct Welcome {
  absl::CivilDay day;
  const v1::Program* program = nullptr;
  const v1::EntryGift* gift = nullptr;
};

std::optional<Welcome> welcome_of(const v1::Program& program, const std::string& tier_id,
                                  absl::CivilDay day) {
  for (const v1::Tier& tier : program.tiers()) {
    if (tier.tier_id() != tier_id || !tier.has_entry_gift()) continue;
    return Welcome{day, &program, &tier.entry_gift()};
  }
  return std::nullopt;
}

// The first rise with a gift that no return undid, else the first of all. A path on which only the
// goods kept since show a rise has no move of that day: then it is dated today.
std::optional<Welcome> welcome_on(const TierPath& path, const ClubView& view,
                                  const std::string& tier_id, absl::CivilDay today) {
  std::optional<Welcome> first;
  std::optional<Welcome> standing;
  bool was_seen = false;
  for (const TierStep& step : path.steps) {
    const v1::Program& program = *view.program(step.program_version);
    if (step.to == tier_id && rank_of(program, step.to) > rank_of(program, step.from)) {
      was_seen = true;
      const std::optional<Welcome> welcome = welcome_of(program, tier_id, step.day);
      if (!first) first = welcome;
      if (!standing) standing = welcome;
    } else if (step.from == tier_id &&
               (step.reason == v1::TIER_REASON_RETURN || step.reason == v1::TIER_REASON_MERGE)) {
      standing.reset();
    }
  }
  if (was_seen) return standing ? standing : first;
  const TierVersions& versions = view.tier_versions();
  const v1::Program* in_force = view.program(versions.front().program_version);
  for (const TierVersion& version : versions) {
    if (version.start_day <= today) in_force = view.program(version.program_version);
  }
  return welcome_of(*in_force, tier_id, today);
}

const v1::RightKind* right_kind_of(const v1::Program& program, const std::string& right_id) {
  for (const v1::RightKind& kind : program.rights()) {
    if (kind.right_id() == right_id) return &kind;
  }
  return nullptr;
}

// What is kept of the gifts of one member.
class GiftKeeper final {
 public:
  GiftKeeper(sqlite::Connection& connection, WriterState& state, storage::MemberRow& row)
      : connection_(connection), state_(state), row_(row), points_(connection, state, row) {}

  absl::Status give(const Welcome& welcome, const std::string& tier_id,
                    const storage::TierGiftRow* withdrawn) {
    storage::TierGiftRow gift;
    gift.tier_id = tier_id;
    gift.given_day = day_number(welcome.day);
    const std::string source = absl::StrCat("tier/", tier_id);
    if (welcome.gift->kind_case() == v1::EntryGift::kRightId) {
      const absl::StatusOr<int64_t> grant_id = give_right(welcome, source, withdrawn);
      if (!grant_id.ok()) return grant_id.status();
      gift.grant_id = *grant_id;
    } else {
      const auto account = points_.account();
      if (!account.ok()) return account.status();
      // What was forgiven when the gift was taken back stayed with the member.
      const int64_t forgiven_milli = withdrawn == nullptr ? 0 : withdrawn->points_milli;
      gift.points_milli = welcome.gift->points_milli();
      gift.lot_number = (*account)->give(
          v1::POINTS_ENTRY_KIND_GIFT, std::max<int64_t>(gift.points_milli - forgiven_milli, 0),
          source, welcome.day, life_of(welcome.program->points(), welcome.day), points_.today());
    }
    return withdrawn == nullptr ? storage::insert_tier_gift(connection_, row_.member_id, gift)
                                : storage::update_tier_gift(connection_, row_.member_id, gift);
  }

  absl::Status take_back(storage::TierGiftRow gift, int64_t day,
                         std::vector<v1::Difference>& differences) {
    const absl::Status taken = gift.grant_id != 0 ? take_right(gift, day, differences)
                                                  : take_points(gift, day, differences);
    if (!taken.ok()) return taken;
    return storage::update_tier_gift(connection_, row_.member_id, gift);
  }

  absl::Status finish() { return points_.keep().status(); }

 private:
  // One that was used in part when it was taken back comes back as it was; else a new one.
  absl::StatusOr<int64_t> give_right(const Welcome& welcome, const std::string& source,
                                     const storage::TierGiftRow* withdrawn) {
    MemberRights rights(connection_, state_, row_);
    if (withdrawn != nullptr && withdrawn->grant_id != 0) {
      const auto before = storage::find_right(connection_, row_.member_id, withdrawn->grant_id);
      if (!before.ok()) return before.status();
      if (*before && !is_untouched(**before)) {
        const absl::Status restored = rights.restore(withdrawn->grant_id);
        if (!restored.ok()) return restored;
        return withdrawn->grant_id;
      }
    }
    const v1::RightKind* kind = right_kind_of(*welcome.program, welcome.gift->right_id());
    if (kind == nullptr) return absl::InternalError("a tier's gift is of no kind of right");
    const auto right = rights.grant(*kind, {source, 0, 0}, welcome.day);
    if (!right.ok()) return right.status();
    return right->grant_id;
  }

  absl::Status take_right(storage::TierGiftRow& gift, int64_t day,
                          std::vector<v1::Difference>& differences) {
    const absl::StatusOr<bool> was_used =
        MemberRights(connection_, state_, row_).withdraw(gift.grant_id, day_of_number(day));
    if (!was_used.ok()) return was_used.status();
    if (*was_used) {
      differences.emplace_back().mutable_right_used_elsewhere()->set_grant_id(
          grant_id_text(gift.grant_id));
    }
    gift.withdrawn_day = day;
    return absl::OkStatus();
  }

  absl::Status take_points(storage::TierGiftRow& gift, int64_t day,
                           std::vector<v1::Difference>& differences) {
    const auto account = points_.account_with(gift.lot_number);
    if (!account.ok()) return account.status();
    const bool forgives = state_.view()->program_at(state_.now_us()).points().forgives_deficit();
    const int64_t missing_milli =
        (*account)->reverse(gift.points_milli, gift.lot_number, absl::StrCat("tier/", gift.tier_id),
                            day_of_number(day), forgives, points_.today());
    if (missing_milli > 0) {
      differences.emplace_back().mutable_points_used_elsewhere()->set_points_milli(missing_milli);
    }
    gift.withdrawn_day = day;
    gift.points_milli = forgives ? missing_milli : 0;
    return absl::OkStatus();
  }

  sqlite::Connection& connection_;
  WriterState& state_;
  storage::MemberRow& row_;
  MemberPoints points_;
};

// A tier without a gift is welcomed with nothing, until a version has one for it.
bool gives_something(const storage::TierGiftRow& gift) {
  return gift.grant_id != 0 || gift.lot_number != 0 || gift.points_milli != 0;
}

const storage::TierGiftRow* find_gift(const Gifts& gifts, const std::string& tier_id) {
  const auto found = std::find_if(gifts.begin(), gifts.end(),
                                  [&](const auto& gift) { return gift.tier_id == tier_id; });
  return found == gifts.end() ? nullptr : &*found;
}

// Tiers whose gifts somebody has who is part of the member.
absl::StatusOr<std::set<std::string>> welcomed_parts(sqlite::Connection& connection,
                                                     const storage::MemberRow& row) {
  std::set<std::string> welcomed;
  const auto parts = parts_of(connection, row);
  if (!parts.ok()) return parts.status();
  for (const storage::MemberRow& part : *parts) {
    const absl::StatusOr<Gifts> gifts = storage::list_tier_gifts(connection, part.member_id);
    if (!gifts.ok()) return gifts.status();
    for (const storage::TierGiftRow& gift : *gifts) {
      if (!gift.withdrawn_day && gives_something(gift)) welcomed.insert(gift.tier_id);
    }
  }
  return welcomed;
}

}  // namespace

absl::Status keep_tier_gifts(sqlite::Connection& connection, WriterState& state,
                             const TierPath& path, std::optional<int64_t> took_day,
                             storage::MemberRow& row, std::vector<v1::Difference>& differences) {
  const ClubView& view = *state.view();
  if (path.entered.empty() && !took_day) return absl::OkStatus();
  const absl::StatusOr<Gifts> gifts = storage::list_tier_gifts(connection, row.member_id);
  if (!gifts.ok()) return gifts.status();
  const auto welcomed = welcomed_parts(connection, row);
  if (!welcomed.ok()) return welcomed.status();
  GiftKeeper keeper(connection, state, row);
  for (const std::string& tier_id : path.entered) {
    const storage::TierGiftRow* given = find_gift(*gifts, tier_id);
    if (given != nullptr && !given->withdrawn_day && gives_something(*given)) continue;
    if (welcomed->contains(tier_id)) continue;
    const std::optional<Welcome> welcome = welcome_on(path, view, tier_id, state.today());
    absl::Status kept;
    if (welcome) {
      kept = keeper.give(*welcome, tier_id, given);
    } else if (given == nullptr) {
      kept = storage::insert_tier_gift(connection, row.member_id,
                                       {tier_id, day_number(state.today()), 0, 0, 0, {}});
    }
    if (!kept.ok()) return kept;
  }
  for (const storage::TierGiftRow& gift : *gifts) {
    if (!took_day || gift.withdrawn_day || !gives_something(gift) ||
        std::binary_search(path.entered.begin(), path.entered.end(), gift.tier_id)) {
      continue;
    }
    const absl::Status kept = keeper.take_back(gift, *took_day, differences);
    if (!kept.ok()) return kept;
  }
  return keeper.finish();
}

}  // namespace moadon

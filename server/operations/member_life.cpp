#include "server/operations/member_life.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "server/storage/decision_store.h"
#include "server/storage/member_sign_store.h"
#include "server/storage/tier_store.h"

namespace moadon {
namespace {

constexpr int64_t kNoEnd = std::numeric_limits<int64_t>::max();

// A merge as it was known at an instant; empty: not yet.
std::optional<storage::MergeRow> known_by(storage::MergeRow merge,
                                          std::optional<int64_t> instant_us) {
  if (!instant_us) return merge;
  if (merge.merge_us > *instant_us) return std::nullopt;
  if (merge.undo_us && *merge.undo_us > *instant_us) {
    merge.undo_us.reset();
    merge.undo_day.reset();
  }
  return merge;
}

std::vector<storage::MergeRow> all_known_by(std::vector<storage::MergeRow> merges,
                                            std::optional<int64_t> instant_us) {
  std::vector<storage::MergeRow> known;
  for (storage::MergeRow& merge : merges) {
    if (auto as_known = known_by(std::move(merge), instant_us)) known.push_back(*as_known);
  }
  return known;
}

class LifeReader final {
 public:
  LifeReader(sqlite::Connection& connection, std::optional<int64_t> instant_us)
      : connection_(connection), instant_us_(instant_us) {}

  // What counts for the member before `end_day`. Ends: members are part of each other at no day,
  // and an end never grows on the way down.
  absl::StatusOr<MemberLife> read(const Living& member,
                                  const std::vector<storage::FactRow>& own_facts, int64_t end_day) {
    MemberLife life;
    for (const storage::FactRow& fact : own_facts) {
      const bool has_occurred = !instant_us_ || fact.fact_time_us <= *instant_us_;
      if (has_occurred && fact.fact_day < end_day) life.facts.push_back(fact);
    }
    absl::Status read = read_signs(member, end_day, life);
    if (read.ok()) read = read_floors(member, end_day, life);
    if (read.ok() && member.merge_count > 0) read = read_merges(member, end_day, life);
    if (!read.ok()) return read;
    return life;
  }

 private:
  absl::Status read_signs(const Living& member, int64_t end_day, MemberLife& life) {
    const auto add = [&](int64_t time_us, int64_t day) {
      const bool has_occurred = !instant_us_ || time_us <= *instant_us_;
      if (has_occurred && day < end_day) life.signs.push_back({day, day, std::nullopt});
    };
    if (member.enrolled_day) add(member.enrolled_time_us.value_or(0), *member.enrolled_day);
    if (member.sign_count == 0) return absl::OkStatus();
    const auto signs = storage::list_signs(connection_, member.member_id);
    if (!signs.ok()) return signs.status();
    for (const storage::SignRow& sign : *signs) add(sign.sign_us, sign.sign_day);
    return absl::OkStatus();
  }

  absl::Status read_floors(const Living& member, int64_t end_day, MemberLife& life) {
    if (member.lock_count == 0) return absl::OkStatus();
    const auto locks = storage::list_tier_locks(connection_, member.member_id);
    if (!locks.ok()) return locks.status();
    for (const storage::TierLockRow& lock : *locks) {
      if (instant_us_) {
        const auto decision = storage::find_decision(connection_, lock.request_id);
        if (!decision.ok()) return decision.status();
        if (*decision && (*decision)->record_us > *instant_us_) continue;
      }
      if (lock.from_day < end_day) {
        life.floors.push_back({lock.tier_id, lock.from_day, lock.until_day});
      }
    }
    return absl::OkStatus();
  }

  absl::Status read_merges(const Living& member, int64_t end_day, MemberLife& life) {
    auto lost_in = storage::list_merges_of_lost(connection_, member.member_id);
    if (!lost_in.ok()) return lost_in.status();
    life.lost_in = all_known_by(*std::move(lost_in), instant_us_);
    auto kept_in = storage::list_merges_into(connection_, member.member_id);
    if (!kept_in.ok()) return kept_in.status();
    life.kept_in = all_known_by(*std::move(kept_in), instant_us_);
    for (const storage::MergeRow& merge : life.kept_in) {
      const int64_t until_day = std::min(end_day, merge.undo_day.value_or(kNoEnd));
      if (merge.merge_day >= until_day) continue;
      const auto lost = read_lost(merge.lost_id, until_day);
      if (!lost.ok()) return lost.status();
      add_lost(*lost, merge, end_day, life);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<MemberLife> read_lost(int64_t lost_id, int64_t until_day) {
    const auto row = storage::find_member(connection_, lost_id);
    if (!row.ok()) return row.status();
    if (!*row) return absl::InternalError("a merge's member is not there");
    const auto facts = storage::list_facts(connection_, lost_id);
    if (!facts.ok()) return facts.status();
    return read(Living(**row), *facts, until_day);
  }

  static void add_lost(const MemberLife& lost, const storage::MergeRow& merge, int64_t end_day,
                       MemberLife& life) {
    const bool is_undone = merge.undo_day && *merge.undo_day < end_day;
    for (storage::FactRow fact : lost.facts) {
      fact.fact_day = std::max(fact.fact_day, merge.merge_day);
      fact.fact_time_us = std::max(fact.fact_time_us, merge.merge_us);
      life.facts.push_back(fact);
      if (!is_undone) continue;
      fact.fact_day = *merge.undo_day;
      fact.fact_time_us = *merge.undo_us;
      fact.units_milli = -fact.units_milli;
      fact.spend_minor = -fact.spend_minor;
      fact.is_return = true;
      life.facts.push_back(fact);
    }
    for (LifeSign sign : lost.signs) {
      sign.from_day = std::max(sign.from_day, merge.merge_day);
      sign.until_day = std::min(sign.until_day.value_or(kNoEnd), merge.undo_day.value_or(kNoEnd));
      if (*sign.until_day == kNoEnd) sign.until_day.reset();
      life.signs.push_back(sign);
    }
    for (LifeFloor floor : lost.floors) {
      floor.from_day = std::max(floor.from_day, merge.merge_day);
      floor.until_day = std::min(floor.until_day, merge.undo_day.value_or(kNoEnd) - 1);
      if (floor.from_day <= floor.until_day) life.floors.push_back(floor);
    }
  }

  sqlite::Connection& connection_;
  const std::optional<int64_t> instant_us_;
};

}  // namespace

absl::StatusOr<MemberLife> member_life(sqlite::Connection& connection, const Living& member,
                                       std::optional<int64_t> instant_us) {
  const auto facts = storage::list_facts(connection, member.member_id);
  if (!facts.ok()) return facts.status();
  return member_life_with(connection, member, *facts, instant_us);
}

absl::StatusOr<MemberLife> member_life_with(sqlite::Connection& connection, const Living& member,
                                            const std::vector<storage::FactRow>& own_facts,
                                            std::optional<int64_t> instant_us) {
  return LifeReader(connection, instant_us).read(member, own_facts, kNoEnd);
}

}  // namespace moadon

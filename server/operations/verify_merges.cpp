#include "server/operations/verify_merges.h"

#include <limits>
#include <map>
#include <utility>

#include "server/storage/kept_promises_store.h"
#include "server/storage/member_sign_store.h"
#include "server/storage/right_store.h"
#include "server/storage/tier_store.h"

namespace moadon {
namespace {

constexpr int kAll = std::numeric_limits<int>::max();

// What one member has of their own.
struct Own {
  std::vector<PlainFact> facts;
  std::vector<PlainSign> signs;
  std::vector<PlainFloor> floors;
};

class PersonReader final {
 public:
  PersonReader(sqlite::Connection& connection, const ClubView& view)
      : connection_(connection), view_(view) {}

  absl::StatusOr<PlainPerson> read(const storage::MemberRow& member,
                                   const PlainDocuments& documents) {
    PlainPerson person;
    auto own = read_own(member, documents.facts);
    if (!own.ok()) return own.status();
    person.life.met_day = member.met_day;
    person.life.facts = std::move(own->facts);
    person.life.signs = std::move(own->signs);
    person.floors = std::move(own->floors);
    absl::Status added = read_merges(member.member_id);
    if (added.ok()) added = add_parts(member.member_id, person);
    if (added.ok()) added = add_own_merges(member.member_id, person);
    if (!added.ok()) return added;
    return person;
  }

 private:
  absl::StatusOr<Own> read_own(const storage::MemberRow& member, std::vector<PlainFact> facts) {
    Own own;
    own.facts = std::move(facts);
    if (member.enrolled_day) own.signs.push_back(sign_on(*member.enrolled_day));
    const auto signs = storage::list_signs(connection_, member.member_id);
    if (!signs.ok()) return signs.status();
    for (const storage::SignRow& sign : *signs) own.signs.push_back(sign_on(sign.sign_day));
    const auto locks = storage::list_tier_locks(connection_, member.member_id);
    if (!locks.ok()) return locks.status();
    for (const storage::TierLockRow& lock : *locks) {
      own.floors.push_back({lock.tier_id, lock.from_day, lock.until_day});
    }
    return own;
  }

  static PlainSign sign_on(int64_t day) { return {day, {day, std::nullopt}}; }

  // Everybody's who is connected with the member by merges.
  absl::Status read_merges(int64_t member_id) {
    std::vector<int64_t> open{member_id};
    while (!open.empty()) {
      const int64_t next = open.back();
      open.pop_back();
      if (!people_.insert(next).second) continue;
      for (const auto list : {storage::list_merges_of_lost, storage::list_merges_into}) {
        const auto merges = list(connection_, next);
        if (!merges.ok()) return merges.status();
        for (const storage::MergeRow& merge : *merges) {
          rows_.insert_or_assign(std::pair(merge.lost_id, merge.position), merge);
          open.push_back(merge.lost_id);
          open.push_back(merge.kept_id);
        }
      }
    }
    for (const auto& [key, row] : rows_) {
      merges_.push_back({row.lost_id, row.kept_id, row.merge_day, row.undo_day});
    }
    return absl::OkStatus();
  }

  absl::Status add_parts(int64_t member_id, PlainPerson& person) {
    for (const int64_t part_id : people_) {
      const std::vector<PlainPeriod> periods = plain_periods(merges_, part_id, member_id);
      if (part_id == member_id || periods.empty()) continue;
      const auto part = storage::find_member(connection_, part_id);
      if (!part.ok()) return part.status();
      if (!*part) return absl::InternalError("a merge's member is not there");
      auto facts = facts_of(part_id);
      if (!facts.ok()) return facts.status();
      const auto own = read_own(**part, *std::move(facts));
      if (!own.ok()) return own.status();
      add_lent(own->facts, periods, person.life.facts);
      add_lent(own->signs, periods, person.life.signs);
      add_lent(own->floors, periods, person.floors);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<PlainFact>> facts_of(int64_t member_id) {
    const auto sales = storage::list_sales_of(connection_, member_id, 0, kAll);
    if (!sales.ok()) return sales.status();
    const auto returns = storage::list_returns_of(connection_, member_id, 0, kAll);
    if (!returns.ok()) return returns.status();
    const auto kept = storage::read_kept_promises(connection_, member_id);
    if (!kept.ok()) return kept.status();
    std::vector<v1::Disagreement> found_elsewhere;
    DocumentCheck check(connection_, view_, found_elsewhere);
    auto documents = check.check(*sales, *returns, kept->verdicts);
    if (!documents.ok()) return documents.status();
    return std::move(documents->facts);
  }

  absl::Status add_own_merges(int64_t member_id, PlainPerson& person) {
    person.life.away = plain_away(merges_, member_id);
    for (const auto& [key, row] : rows_) {
      if (row.kept_id == member_id) {
        person.rights.request_ids.insert(row.request_id);
        const auto gifts = storage::list_tier_gifts(connection_, row.lost_id);
        if (!gifts.ok()) return gifts.status();
        for (const storage::TierGiftRow& gift : *gifts) person.welcomed.insert(gift.tier_id);
      }
      if (row.lost_id == member_id) {
        const absl::Status added = add_moved_rights(row, person.rights.moved);
        if (!added.ok()) return added;
      }
      if (row.lost_id == member_id || row.kept_id == member_id) person.merges.push_back(row);
    }
    return absl::OkStatus();
  }

  absl::Status add_moved_rights(const storage::MergeRow& merge, MovedRights& moved) {
    const auto rights = storage::list_rights(connection_, merge.kept_id);
    if (!rights.ok()) return rights.status();
    for (const storage::RightRow& right : *rights) {
      if (right.source != merge.request_id) continue;
      MovedRight& of = moved[right.grant_id];
      of.is_there = of.is_there || !right.withdrawn_day;
      const bool is_voucher = right.amount_minor > 0;
      if (!is_voucher) of.used_count += right.use_count - right.uses_left - right.uses_held;
      of.used_minor += right.amount_minor - right.amount_left_minor - right.amount_held_minor;
    }
    return absl::OkStatus();
  }

  sqlite::Connection& connection_;
  const ClubView& view_;
  std::set<int64_t> people_;
  std::map<std::pair<int64_t, int64_t>, storage::MergeRow> rows_;  // by lost one and position
  std::vector<PlainMerge> merges_;
};

}  // namespace

absl::StatusOr<PlainPerson> plain_person(sqlite::Connection& connection, const ClubView& view,
                                         const storage::MemberRow& member,
                                         const PlainDocuments& documents) {
  return PersonReader(connection, view).read(member, documents);
}

}  // namespace moadon

#include "server/operations/lease_candidates.h"

#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "rules/calendar.h"
#include "rules/offline.h"
#include "server/operations/tokens.h"
#include "server/operations/whole_person.h"
#include "server/storage/member_branch_store.h"
#include "server/storage/right_store.h"

namespace moadon {
namespace {

constexpr int kBuyersPerPage = 500;
constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();

// A branch's registers, each with a number of its own.
class Shares final {
 public:
  Shares(const ClubView& view, const RegisterView& at) : own_(seed_of(view, at)) {
    for (const RegisterView* const each : view.live_registers()) {
      if (each->branch_id == at.branch_id && each->register_id != at.register_id) {
        others_.push_back(seed_of(view, *each));
      }
    }
  }

  // Whether the right falls to the register: rendezvous hashing (Thaler and Ravishankar, 1998), so
  // that a register that comes or goes moves only its own share.
  bool has(int64_t grant_id) const {
    const uint64_t weight = mixed(own_ ^ static_cast<uint64_t>(grant_id));
    for (const uint64_t other : others_) {
      if (mixed(other ^ static_cast<uint64_t>(grant_id)) > weight) return false;
    }
    return true;
  }

 private:
  static uint64_t seed_of(const ClubView& view, const RegisterView& at) {
    const std::string digest = keyed_digest(view.digest_key(), {"lease", at.register_id});
    uint64_t seed = 0;
    std::memcpy(&seed, digest.data(), sizeof(seed));
    return seed;
  }

  // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
  static uint64_t mixed(uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
  }

  const uint64_t own_;
  std::vector<uint64_t> others_;
};

class Search final {
 public:
  Search(sqlite::Connection& connection, const ClubView& view, const RegisterView& at,
         int64_t now_us)
      : connection_(connection),
        at_(at),
        shares_(view, at),
        today_(day_number(view.day_of(now_us))),
        last_from_day_(day_number(view.day_of(now_us + lease_time_us(view, now_us)))),
        limit_(static_cast<size_t>(lease_limit(view, at, now_us)) * kLeaseReserve) {}

  absl::StatusOr<std::vector<LeaseCandidate>> run() {
    storage::BuyerRow last{kEnd, kEnd};
    for (int seen = 0; seen < kMaxLeaseBuyers && found_.size() < limit_; seen += kBuyersPerPage) {
      const auto buyers = storage::list_buyers(connection_, at_.branch_id, last, kBuyersPerPage);
      if (!buyers.ok()) return buyers.status();
      for (const storage::BuyerRow& buyer : *buyers) {
        const absl::Status added = add_rights_of(buyer);
        if (!added.ok()) return added;
        if (found_.size() >= limit_) break;
      }
      if (static_cast<int>(buyers->size()) < kBuyersPerPage) break;
      last = buyers->back();
    }
    return std::move(found_);
  }

 private:
  absl::Status add_rights_of(const storage::BuyerRow& buyer) {
    auto row = storage::find_member(connection_, buyer.member_id);
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    const auto person = whole_person(connection_, **std::move(row));
    if (!person.ok()) return person.status();
    const bool bought_elsewhere = person->last_purchase_day.value_or(0) > buyer.last_day;
    if (person->right_count == 0 || person->erase_us || bought_elsewhere) return absl::OkStatus();
    const bool may_come_again = person->merge_count > 0;  // by another part of theirs
    if (may_come_again && !people_.insert(person->member_id).second) return absl::OkStatus();
    const auto rights = storage::list_live_rights(connection_, person->member_id);
    if (!rights.ok()) return rights.status();
    for (const storage::RightRow& right : *rights) {
      const bool is_valid =
          right.from_day <= last_from_day_ && right.until_day.value_or(today_) >= today_;
      if (!is_valid || !shares_.has(right.grant_id)) continue;
      found_.push_back({person->member_id, right.grant_id});
      if (found_.size() >= limit_) break;
    }
    return absl::OkStatus();
  }

  sqlite::Connection& connection_;
  const RegisterView& at_;
  const Shares shares_;
  const int64_t today_;
  const int64_t last_from_day_;
  const size_t limit_;
  absl::flat_hash_set<int64_t> people_;
  std::vector<LeaseCandidate> found_;
};

}  // namespace

int32_t lease_limit(const ClubView& view, const RegisterView& at, int64_t now_us) {
  const v1::Program& program = view.program_at(now_us);
  if (at.replays_history || cache_valid_hours_of(program) == 0) return 0;
  return rights_per_register_of(program);
}

int64_t lease_time_us(const ClubView& view, int64_t now_us) {
  return absl::ToInt64Microseconds(absl::Hours(lease_hours_of(view.program_at(now_us))));
}

absl::StatusOr<std::vector<LeaseCandidate>> lease_candidates(sqlite::Connection& connection,
                                                             const ClubView& view,
                                                             const RegisterView& at,
                                                             int64_t now_us) {
  if (lease_limit(view, at, now_us) == 0) return std::vector<LeaseCandidate>();
  return Search(connection, view, at, now_us).run();
}

}  // namespace moadon

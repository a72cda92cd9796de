#include "server/operations/lease_turn.h"

#include <algorithm>
#include <utility>

#include "server/storage/right_store.h"
#include "server/storage/slice_store.h"

namespace moadon {
namespace {

// A lease is renewed when so much of it is over: a register that asks every minute must not rewrite
// all its leases every time.
constexpr absl::Duration kRenewAfter = absl::Minutes(10);

class LeaseTurn final {
 public:
  LeaseTurn(sqlite::Connection& connection, const std::string& register_id, const LeaseTerms& terms)
      : connection_(connection), register_id_(register_id), terms_(terms) {}

  // Nobody's leases that have rested.
  absl::Status forget_rested() {
    return storage::delete_leases_before(connection_, "", terms_.now_us);
  }

  absl::Status free_unkept(const absl::flat_hash_set<int64_t>& kept) {
    auto rows = storage::list_leases(connection_, register_id_);
    if (!rows.ok()) return rows.status();
    for (storage::LeaseRow& row : *rows) {
      if (kept.contains(row.grant_id)) {
        leases_.push_back(std::move(row));
        continue;
      }
      const absl::Status freed = free(std::move(row));
      if (!freed.ok()) return freed;
    }
    return absl::OkStatus();
  }

  absl::Status settle_kept(const std::vector<LeaseCandidate>& candidates) {
    absl::flat_hash_set<int64_t> wanted;
    for (const LeaseCandidate& candidate : candidates) wanted.insert(candidate.grant_id);
    const int64_t end_us = terms_.now_us + terms_.lease_us;
    size_t standing = 0;
    for (storage::LeaseRow& lease : leases_) {
      if (lease.is_called_back) continue;
      const bool stays = wanted.contains(lease.grant_id) && standing < terms_.right_limit;
      if (stays) ++standing;
      if (stays && lease.end_us > end_us - absl::ToInt64Microseconds(kRenewAfter) &&
          lease.end_us <= end_us) {
        continue;
      }
      lease.is_called_back = !stays;
      if (stays) lease.end_us = end_us;
      const absl::Status written = storage::update_lease(connection_, lease);
      if (!written.ok()) return written;
    }
    return absl::OkStatus();
  }

  absl::Status add(const std::vector<LeaseCandidate>& candidates) {
    absl::flat_hash_set<int64_t> had;
    for (const storage::LeaseRow& lease : leases_) had.insert(lease.grant_id);
    for (const LeaseCandidate& candidate : candidates) {
      if (leases_.size() >= terms_.right_limit) break;
      if (had.contains(candidate.grant_id)) continue;
      const absl::Status added = add_one(candidate);
      if (!added.ok()) return added;
    }
    return absl::OkStatus();
  }

  // In the order in which they are listed later.
  std::vector<storage::LeaseRow> take_leases() {
    std::sort(leases_.begin(), leases_.end(), [](const auto& a, const auto& b) {
      return std::pair(a.member_id, a.grant_id) < std::pair(b.member_id, b.grant_id);
    });
    return std::move(leases_);
  }

 private:
  absl::Status free(storage::LeaseRow lease) {
    if (!lease.is_called_back) return storage::delete_lease(connection_, lease);
    lease.register_id.clear();
    lease.end_us = terms_.now_us + absl::ToInt64Microseconds(kLeaseRest);
    return storage::update_lease(connection_, lease);
  }

  // What was found in a snapshot may have been used, moved or set aside since.
  absl::Status add_one(const LeaseCandidate& candidate) {
    const auto right = storage::find_right(connection_, candidate.member_id, candidate.grant_id);
    if (!right.ok()) return right.status();
    if (!*right || (*right)->uses_left == 0 || (*right)->uses_held > 0 || (*right)->withdrawn_day) {
      return absl::OkStatus();
    }
    storage::LeaseRow lease{candidate.member_id, candidate.grant_id, register_id_,
                            terms_.now_us + terms_.lease_us, false};
    const absl::StatusOr<bool> is_free = storage::insert_lease(connection_, lease);
    if (!is_free.ok()) return is_free.status();
    if (*is_free) leases_.push_back(std::move(lease));
    return absl::OkStatus();
  }

  sqlite::Connection& connection_;
  const std::string& register_id_;
  const LeaseTerms& terms_;
  std::vector<storage::LeaseRow> leases_;
};

}  // namespace

absl::StatusOr<std::vector<storage::LeaseRow>> turn_leases(
    sqlite::Connection& connection, const std::string& register_id, const LeaseTerms& terms,
    const absl::flat_hash_set<int64_t>& kept, const std::vector<LeaseCandidate>& candidates) {
  LeaseTurn turn(connection, register_id, terms);
  absl::Status done = turn.forget_rested();
  if (done.ok()) done = turn.free_unkept(kept);
  if (done.ok()) done = turn.settle_kept(candidates);
  if (done.ok()) done = turn.add(candidates);
  if (!done.ok()) return done;
  return turn.take_leases();
}

absl::StatusOr<bool> call_back(sqlite::Connection& connection, const std::string& register_id,
                               const LeaseCandidate& right) {
  auto lease = storage::find_lease(connection, right.member_id, right.grant_id);
  if (!lease.ok()) return lease.status();
  if (!*lease || (*lease)->register_id == register_id || (*lease)->register_id.empty()) {
    return false;
  }
  if ((*lease)->is_called_back) return true;
  (*lease)->is_called_back = true;
  const absl::Status written = storage::update_lease(connection, **lease);
  if (!written.ok()) return written;
  return true;
}

absl::Status free_leases_of(sqlite::Connection& connection, const std::string& register_id) {
  absl::Status freed = storage::delete_leases_of(connection, register_id);
  if (freed.ok()) freed = storage::delete_slices_of(connection, register_id);
  if (freed.ok()) freed = storage::delete_turns_of(connection, register_id);
  return freed;
}

}  // namespace moadon

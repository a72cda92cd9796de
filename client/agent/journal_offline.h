// What the registers of this machine may give without the server, and what of it they have given.
// Kept in the journal's file, because it changes together with its entries and holds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/agent/hold.h"
#include "client/agent/journal.h"
#include "moadon/v1/offline.pb.h"
#include "moadon/v1/sync_service.pb.h"
#include "rules/offline.h"

namespace moadon::agent {

// What is left at a register, for one member.
struct OfflineStanding {
  int64_t used_minor = 0;  // of the register's cap
  // The member was given points or benefits with limits, of that or with the server.
  bool is_member_served = false;
  std::vector<std::string> leased_grant_ids;
  std::vector<v1::BudgetSlice> slices;  // without end_time
};

// What facts of a member, issued then, are asked for by a register.
struct MemberServed {
  std::string register_id;
  std::string member_id;
  int64_t facts_time_us = 0;
};

struct StandingQuery {
  std::string register_id = {};
  std::string member_id = {};
  // When the server issued the facts that the member is priced with. Those that do not know of what
  // the member was given here leave them served. 0: not known.
  int64_t facts_time_us = 0;
  int64_t latest_us = 0;  // holds that ended before set nothing aside any more
  // Leases and slices that ended before give nothing: the quote's moment. 0: none has ended.
  int64_t lease_us = 0;
  // The hold that the sale at hand uses up; what it sets aside counts as free. Empty: none.
  std::string hold_id = {};
};

// The beginning of a turn.
struct TurnBegin {
  std::string register_id;
  int64_t server_time_us =
      0;  // what turns are numbered by: no copy of this journal begins the same
  int64_t latest_us = 0;
};

// What the agent knows of the time, kept over its end.
struct StoredClock {
  int64_t latest_us = 0;  // 0: nothing is kept
  std::string boot_id;    // empty: server_offset_us is not known
  int64_t server_offset_us = 0;
};

// Leases, slices, what undelivered sales and open holds used of them and of the caps, and the time.
// A value that was altered gives nothing: a use counts as all there is, a lease or slice as none.
// Thread-safe; calls block for the disk. The journal outlives it.
class OfflineBook final {
 public:
  explicit OfflineBook(Journal& journal) : journal_(journal) {}
  OfflineBook(const OfflineBook&) = delete;
  OfflineBook& operator=(const OfflineBook&) = delete;

  absl::StatusOr<OfflineStanding> standing(const StandingQuery& query);
  // Whether the server has still to hear of something that the member was given here without it.
  // What it refused for good does not count: it may never take it.
  absl::StatusOr<bool> awaits_delivery(const std::string& register_id,
                                       const std::string& member_id);

  // Writes down a hold that the agent makes by itself, held from then on until it is used,
  // cancelled or kLocalHoldLifeUs old. ALREADY_EXISTS: there is one with its request_id.
  absl::Status set_aside(const StoredHold& hold, const OfflineUse& use);

  // Whether facts of that time do not know of what the server has taken from this register.
  absl::StatusOr<bool> is_behind(const MemberServed& served);
  // Forgets who was served before then; their facts have become too old for pricing.
  absl::Status prune_served(int64_t before_us);

  // Begins the next turn, or the last one again when it was not answered: what the register has.
  // Names its journal if nothing has yet.
  absl::StatusOr<v1::TakeLeasesRequest> begin_turn(const TurnBegin& turn);
  // The server's answer. What it does not name is dropped, unless an undelivered sale or an open
  // hold uses it. False: it answers a repetition, or is outdated by what happened meanwhile, and
  // nothing was changed: begin another. Whoever reads what may be used and then uses it must keep
  // this, and whatever else takes leases away, from coming between (Till::offline_mutex).
  absl::StatusOr<bool> end_turn(const std::string& register_id, int64_t turn,
                                const v1::TakeLeasesResponse& answer, int64_t latest_us);
  // The register may use none any more.
  absl::Status drop_leases(const std::string& register_id);
  // Leases that have not ended and that nothing uses; slices are not counted.
  absl::StatusOr<int64_t> free_lease_count(const std::string& register_id, int64_t latest_us);
  // Whether it holds leases or slices at all.
  absl::StatusOr<bool> has_leases(const std::string& register_id);

  absl::StatusOr<StoredClock> clock();
  absl::Status store_clock(const StoredClock& clock);

 private:
  Journal& journal_;
};

}  // namespace moadon::agent

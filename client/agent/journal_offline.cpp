#include "client/agent/journal_offline.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "client/agent/journal_offline_rows.h"
#include "client/agent/journal_rows.h"
#include "rules/calendar.h"
#include "rules/money.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr Sql kUses{"SELECT sequence, member_id, used FROM offline_use WHERE register_id = $1"};
constexpr Sql kHeldUses{
    "SELECT request_id, offline_member_id, offline_use, hold_id FROM hold WHERE register_id = $1 "
    "AND state = 2 AND offline_member_id IS NOT NULL AND expire_time_us > $2 "
    "AND expire_time_us <= $3"};
constexpr Sql kMemberLeases{
    "SELECT member_id, grant_id, lease FROM right_lease WHERE register_id = $1 AND member_id = "
    "$2"};
constexpr Sql kLeases{
    "SELECT member_id, grant_id, lease FROM right_lease WHERE register_id = $1 "
    "ORDER BY member_id, grant_id"};
constexpr Sql kSlices{
    "SELECT benefit_id, slice FROM budget_slice WHERE register_id = $1 ORDER BY benefit_id"};
constexpr Sql kHasLeases{
    "SELECT 1 FROM right_lease WHERE register_id = $1 UNION ALL "
    "SELECT 1 FROM budget_slice WHERE register_id = $1 LIMIT 1"};
constexpr Sql kAwaited{
    "SELECT 1 FROM offline_use o JOIN undelivered u ON u.register_id = o.register_id "
    "AND u.sequence = o.sequence WHERE o.register_id = $1 AND o.member_id = $2 "
    "AND u.is_kept_back = 0 AND u.is_altered = 0 LIMIT 1"};

constexpr Sql kSetAside{
    "INSERT INTO hold (register_id, request_id, state, hold_id, basket, request, context, "
    "branch_id, business_day, minute_of_day, expire_time_us, is_sealed, offline_member_id, "
    "offline_use) VALUES ($1, $2, 2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12) "
    "ON CONFLICT DO NOTHING"};

constexpr Sql kBeginTurn{
    "INSERT INTO lease_turn (register_id, turn) VALUES ($1, max(1, $2)) "
    "ON CONFLICT (register_id) DO UPDATE SET turn = max(turn + 1, $2) RETURNING turn"};
constexpr Sql kTurn{"SELECT turn FROM lease_turn WHERE register_id = $1"};
constexpr Sql kDropLease{
    "DELETE FROM right_lease WHERE register_id = $1 AND member_id = $2 AND grant_id = $3"};
constexpr Sql kKeepLease{
    "INSERT INTO right_lease (register_id, member_id, grant_id, lease) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (register_id, member_id, grant_id) DO UPDATE SET lease = $4"};
constexpr Sql kDropSlices{"DELETE FROM budget_slice WHERE register_id = $1"};
constexpr Sql kKeepSlice{
    "INSERT INTO budget_slice (register_id, benefit_id, slice) VALUES ($1, $2, $3) "
    "ON CONFLICT (register_id, benefit_id) DO UPDATE SET slice = $3"};

// boot_id vouches for the offset, too.
constexpr Sql kClock{"SELECT latest_us, boot_id, server_offset_us FROM clock WHERE clock_id = 1"};
constexpr Sql kStoreClock{
    "INSERT INTO clock (clock_id, latest_us, boot_id, server_offset_us) VALUES (1, $1, $2, $3) "
    "ON CONFLICT (clock_id) DO UPDATE SET latest_us = $1, boot_id = $2, server_offset_us = $3"};

// One member's right at one register.
using Grant = std::pair<std::string, std::string>;

// All that undelivered sales and open holds took at a register.
struct Taken {
  int64_t amount_minor = 0;
  std::set<std::string> member_ids;  // to whom some of the amount went
  std::set<Grant> grants;
  std::vector<v1::BudgetSlice> slices;
  bool is_altered = false;  // what some of them took cannot be read
};

void add(Taken& taken, const std::string& member_id, const std::optional<std::string>& plain) {
  v1::OfflineTerms used;
  if (!plain || !used.ParseFromString(*plain)) {
    taken.is_altered = true;
    return;
  }
  taken.amount_minor = std::min(
      kMaxSumMinor, taken.amount_minor + std::min(kMaxSumMinor, used.amount_limit_minor()));
  if (used.amount_limit_minor() > 0) taken.member_ids.insert(member_id);
  for (const std::string& grant_id : used.leased_grant_ids()) {
    taken.grants.emplace(member_id, grant_id);
  }
  taken.slices.insert(taken.slices.end(), used.slices().begin(), used.slices().end());
}

absl::Status add_sales(Connection& connection, const JournalSeal& seal,
                       const std::string& register_id, Taken& taken) {
  Statement read = connection.statement(kUses);
  read.bind_all(register_id);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok() || !*row) return row.status();
    const std::string member_id(read.text(1));
    add(taken, member_id,
        seal.open(read.blob(2),
                  text_of({"offline_use", register_id, member_id, std::to_string(read.int64(0))})));
  }
}

absl::Status add_holds(Connection& connection, const JournalSeal& seal,
                       const std::string& register_id, int64_t latest_us,
                       const std::string& but_hold_id, Taken& taken) {
  Statement read = connection.statement(kHeldUses);
  // One made while the clock ran ahead would stand for too long.
  read.bind_all(register_id, latest_us, latest_us + kLocalHoldLifeUs);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok() || !*row) return row.status();
    if (!but_hold_id.empty() && read.text(3) == but_hold_id) continue;
    const std::string member_id(read.text(1));
    add(taken, member_id,
        seal.open(read.blob(2), text_of({"hold", register_id, member_id, read.text(0)})));
  }
}

absl::StatusOr<Taken> taken_at(Connection& connection, const JournalSeal& seal,
                               const std::string& register_id, int64_t latest_us,
                               const std::string& but_hold_id) {
  Taken taken;
  absl::Status added = add_sales(connection, seal, register_id, taken);
  if (added.ok()) {
    added = add_holds(connection, seal, register_id, latest_us, but_hold_id, taken);
  }
  if (!added.ok()) return added;
  return taken;
}

bool has_ended(const google::protobuf::Timestamp& end, int64_t latest_us) {
  return time_us_of(end, "end_time").value_or(0) <= latest_us;
}

// Leases in the rows of a statement; altered ones are none.
absl::StatusOr<std::vector<v1::LeasedRight>> leases_in(Statement& read, const JournalSeal& seal,
                                                       const std::string& register_id) {
  std::vector<v1::LeasedRight> leases;
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return leases;
    const auto plain =
        seal.open(read.blob(2), text_of({"right_lease", register_id, read.text(0), read.text(1)}));
    v1::LeasedRight lease;
    if (plain && lease.ParseFromString(*plain)) leases.push_back(std::move(lease));
  }
}

absl::StatusOr<std::vector<v1::LeasedRight>> leases_of(Connection& connection,
                                                       const JournalSeal& seal,
                                                       const std::string& register_id) {
  Statement read = connection.statement(kLeases);
  read.bind_all(register_id);
  return leases_in(read, seal, register_id);
}

absl::StatusOr<std::vector<v1::BudgetSlice>> slices_of(Connection& connection,
                                                       const JournalSeal& seal,
                                                       const std::string& register_id) {
  Statement read = connection.statement(kSlices);
  read.bind_all(register_id);
  std::vector<v1::BudgetSlice> slices;
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return slices;
    const auto plain =
        seal.open(read.blob(1), text_of({"budget_slice", register_id, "", read.text(0)}));
    v1::BudgetSlice slice;
    if (plain && slice.ParseFromString(*plain)) slices.push_back(std::move(slice));
  }
}

// What is left of a slice; nothing: it gives nothing any more.
std::optional<v1::BudgetSlice> left_of(v1::BudgetSlice slice, const Taken& taken) {
  int64_t amount_minor = slice.amount_minor();
  int64_t use_count = slice.use_count();
  for (const v1::BudgetSlice& used : taken.slices) {
    if (used.benefit_id() != slice.benefit_id()) continue;
    amount_minor -= used.amount_minor();
    use_count -= used.use_count();
  }
  if (amount_minor <= 0 && use_count <= 0) return std::nullopt;
  slice.set_amount_minor(std::max<int64_t>(0, amount_minor));
  slice.set_use_count(std::max<int64_t>(0, use_count));
  slice.clear_end_time();
  return slice;
}

absl::StatusOr<OfflineStanding> standing_in(Connection& connection, const JournalSeal& seal,
                                            const StandingQuery& query) {
  const auto taken = taken_at(connection, seal, query.register_id, query.latest_us, query.hold_id);
  if (!taken.ok()) return taken.status();
  OfflineStanding standing;
  standing.used_minor = taken->amount_minor;
  standing.is_member_served = taken->member_ids.contains(query.member_id);
  if (taken->is_altered) {
    standing.used_minor = kMaxSumMinor;
    return standing;
  }
  const auto is_usable = [&query](const google::protobuf::Timestamp& end) {
    return query.with_ended || !has_ended(end, query.latest_us);
  };
  Statement read = connection.statement(kMemberLeases);
  read.bind_all(query.register_id, query.member_id);
  const auto leases = leases_in(read, seal, query.register_id);
  if (!leases.ok()) return leases.status();
  for (const v1::LeasedRight& lease : *leases) {
    if (!is_usable(lease.end_time()) ||
        taken->grants.contains({lease.member_id(), lease.grant_id()})) {
      continue;
    }
    standing.leased_grant_ids.push_back(lease.grant_id());
  }
  const auto slices = slices_of(connection, seal, query.register_id);
  if (!slices.ok()) return slices.status();
  for (const v1::BudgetSlice& slice : *slices) {
    if (!is_usable(slice.end_time())) continue;
    if (auto left = left_of(slice, *taken)) standing.slices.push_back(*std::move(left));
  }
  return standing;
}

// What the answer offers, and no less than what is used of it here: until that is delivered the
// server must hear of it in every turn, or would give it to others.
std::map<std::string, v1::BudgetSlice> slices_to_keep(const v1::TakeLeasesResponse& answer,
                                                      const Taken& taken) {
  std::map<std::string, v1::BudgetSlice> kept;
  for (const v1::BudgetSlice& used : taken.slices) {
    v1::BudgetSlice& sum = kept[used.benefit_id()];
    sum.set_benefit_id(used.benefit_id());
    sum.set_amount_minor(sum.amount_minor() + used.amount_minor());
    sum.set_use_count(sum.use_count() + used.use_count());
  }
  for (const v1::BudgetSlice& offered : answer.slices()) {
    v1::BudgetSlice& slice = kept[offered.benefit_id()];
    const v1::BudgetSlice used = slice;
    slice = offered;
    slice.set_amount_minor(std::max(used.amount_minor(), offered.amount_minor()));
    slice.set_use_count(std::max(used.use_count(), offered.use_count()));
  }
  return kept;
}

absl::Status keep_answer(Connection& connection, const JournalSeal& seal,
                         const std::string& register_id, const v1::TakeLeasesResponse& answer,
                         const Taken& taken) {
  for (const v1::LeasedRight& lease : answer.rights()) {
    const auto sealed =
        seal.seal(lease.SerializeAsString(),
                  text_of({"right_lease", register_id, lease.member_id(), lease.grant_id()}));
    if (!sealed.ok()) return sealed.status();
    Statement keep = connection.statement(kKeepLease);
    keep.bind_all(register_id, lease.member_id(), lease.grant_id(), Blob{*sealed});
    absl::Status kept = keep.execute();
    if (!kept.ok()) return kept;
  }
  Statement drop = connection.statement(kDropSlices);
  drop.bind_all(register_id);
  absl::Status done = drop.execute();
  for (const auto& [benefit_id, slice] : slices_to_keep(answer, taken)) {
    if (!done.ok()) return done;
    const auto sealed = seal.seal(slice.SerializeAsString(),
                                  text_of({"budget_slice", register_id, "", benefit_id}));
    if (!sealed.ok()) return sealed.status();
    Statement keep = connection.statement(kKeepSlice);
    keep.bind_all(register_id, benefit_id, Blob{*sealed});
    done = keep.execute();
  }
  return done;
}

// Drops the leases that the answer does not name, but for those in use.
absl::Status drop_unnamed(Connection& connection, const JournalSeal& seal,
                          const std::string& register_id, const v1::TakeLeasesResponse& answer,
                          const Taken& taken) {
  std::set<Grant> stays = taken.grants;
  for (const v1::LeasedRight& lease : answer.rights()) {
    stays.emplace(lease.member_id(), lease.grant_id());
  }
  const auto kept = leases_of(connection, seal, register_id);
  if (!kept.ok()) return kept.status();
  for (const v1::LeasedRight& lease : *kept) {
    if (stays.contains({lease.member_id(), lease.grant_id()})) continue;
    Statement drop = connection.statement(kDropLease);
    drop.bind_all(register_id, lease.member_id(), lease.grant_id());
    absl::Status dropped = drop.execute();
    if (!dropped.ok()) return dropped;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> any_row(Connection& connection, const Sql& sql,
                             const std::string& register_id) {
  Statement read = connection.statement(sql);
  read.bind_all(register_id);
  return read.step();
}

std::string clock_place(int64_t server_offset_us) {
  return absl::StrCat("clock\n", server_offset_us);
}

}  // namespace

absl::StatusOr<OfflineStanding> OfflineBook::standing(const StandingQuery& query) {
  const absl::StatusOr<sqlite::ReaderLease> reader = journal_.readers_->lease_snapshot();
  if (!reader.ok()) return reader.status();
  return standing_in(**reader, journal_.seal_, query);
}

absl::StatusOr<bool> OfflineBook::awaits_delivery(const std::string& register_id,
                                                  const std::string& member_id) {
  const sqlite::ReaderLease reader = journal_.readers_->lease();
  Statement read = reader->statement(kAwaited);
  read.bind_all(register_id, member_id);
  return read.step();
}

absl::Status OfflineBook::set_aside(const StoredHold& hold, const OfflineUse& use) {
  const JournalSeal& seal = journal_.seal_;
  const std::string& member_id = hold.context.member_id();
  const auto sealed = [&](absl::string_view column, const std::string& plain) {
    return seal.seal(plain, hold_place(column, hold.register_id, hold.request_id));
  };
  const auto basket = sealed("basket", hold.basket);
  const auto request = sealed("request", hold.request.SerializeAsString());
  const auto context = sealed_context(seal, hold);
  const auto used = sealed_use(seal, use, {"hold", hold.register_id, member_id, hold.request_id});
  for (const auto* value : {&basket, &request, &context, &used}) {
    if (!value->ok()) return value->status();
  }
  return journal_.writer_->run([&](Connection& connection) {
    Statement keep = connection.statement(kSetAside);
    keep.bind_all(hold.register_id, hold.request_id, hold.hold_id, Blob{*basket}, Blob{*request},
                  Blob{*context}, hold.occasion.branch_id, day_number(hold.occasion.business_day),
                  hold.occasion.minute_of_day, hold.expire_time_us, member_id, Blob{*used});
    absl::Status kept = keep.execute();
    if (!kept.ok() || connection.changes() > 0) return kept;
    return absl::AlreadyExistsError("a hold has this request_id");
  });
}

absl::StatusOr<v1::TakeLeasesRequest> OfflineBook::begin_turn(const std::string& register_id,
                                                              int64_t turn) {
  v1::TakeLeasesRequest request;
  absl::Status begun = journal_.writer_->run([&](Connection& connection) {
    request.Clear();
    Statement begin = connection.statement(kBeginTurn);
    begin.bind_all(register_id, turn);
    const absl::StatusOr<bool> row = begin.step();
    if (!row.ok()) return row.status();
    request.set_turn(begin.int64(0));
    absl::Status done = begin.execute();
    if (!done.ok()) return done;
    const auto leases = leases_of(connection, journal_.seal_, register_id);
    if (!leases.ok()) return leases.status();
    const auto slices = slices_of(connection, journal_.seal_, register_id);
    if (!slices.ok()) return slices.status();
    request.mutable_kept()->Assign(leases->begin(), leases->end());
    request.mutable_slices()->Assign(slices->begin(), slices->end());
    return absl::OkStatus();
  });
  if (!begun.ok()) return begun;
  return request;
}

absl::StatusOr<bool> OfflineBook::end_turn(const std::string& register_id, int64_t turn,
                                           const v1::TakeLeasesResponse& answer,
                                           int64_t latest_us) {
  bool is_kept = false;
  absl::Status ended = journal_.writer_->run([&](Connection& connection) {
    {
      Statement read = connection.statement(kTurn);
      read.bind_all(register_id);
      const absl::StatusOr<bool> row = read.step();
      if (!row.ok()) return row.status();
      is_kept = *row && read.int64(0) == turn;
    }
    if (!is_kept) return absl::OkStatus();
    const auto taken = taken_at(connection, journal_.seal_, register_id, latest_us, "");
    if (!taken.ok()) return taken.status();
    absl::Status dropped = drop_unnamed(connection, journal_.seal_, register_id, answer, *taken);
    if (!dropped.ok()) return dropped;
    return keep_answer(connection, journal_.seal_, register_id, answer, *taken);
  });
  if (!ended.ok()) return ended;
  return is_kept;
}

absl::Status OfflineBook::drop_leases(const std::string& register_id) {
  return journal_.writer_->run(
      [&](Connection& connection) { return drop_all_leases(connection, register_id); });
}

absl::StatusOr<int64_t> OfflineBook::free_lease_count(const std::string& register_id,
                                                      int64_t latest_us) {
  const absl::StatusOr<sqlite::ReaderLease> reader = journal_.readers_->lease_snapshot();
  if (!reader.ok()) return reader.status();
  const auto taken = taken_at(**reader, journal_.seal_, register_id, latest_us, "");
  if (!taken.ok()) return taken.status();
  if (taken->is_altered) return 0;
  const auto leases = leases_of(**reader, journal_.seal_, register_id);
  if (!leases.ok()) return leases.status();
  return std::count_if(leases->begin(), leases->end(), [&](const v1::LeasedRight& lease) {
    return !has_ended(lease.end_time(), latest_us) &&
           !taken->grants.contains({lease.member_id(), lease.grant_id()});
  });
}

absl::StatusOr<bool> OfflineBook::has_leases(const std::string& register_id) {
  const sqlite::ReaderLease reader = journal_.readers_->lease();
  return any_row(*reader, kHasLeases, register_id);
}

absl::StatusOr<StoredClock> OfflineBook::clock() {
  const sqlite::ReaderLease reader = journal_.readers_->lease();
  Statement read = reader->statement(kClock);
  const absl::StatusOr<bool> row = read.step();
  if (!row.ok()) return row.status();
  if (!*row) return StoredClock();
  const auto boot_id = journal_.seal_.vouched(read.text(1), clock_place(read.int64(2)));
  // Altered: how far the server's clock is from the machine's has to be asked again.
  if (!boot_id) return StoredClock{read.int64(0), "", 0};
  return StoredClock{read.int64(0), *boot_id, read.int64(2)};
}

absl::Status OfflineBook::store_clock(const StoredClock& clock) {
  const auto boot_id = journal_.seal_.vouch_for(clock.boot_id, clock_place(clock.server_offset_us));
  if (!boot_id.ok()) return boot_id.status();
  return journal_.writer_->run([&](Connection& connection) {
    Statement store = connection.statement(kStoreClock);
    store.bind_all(clock.latest_us, *boot_id, clock.server_offset_us);
    return store.execute();
  });
}

}  // namespace moadon::agent

// The turns in which a register says what it holds of rights and parts of limits, and hears what it
// may hold.
#include <algorithm>
#include <map>
#include <set>

#include "client/agent/journal_offline.h"
#include "client/agent/journal_offline_rows.h"
#include "client/agent/journal_rows.h"
#include "client/agent/journal_taken.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr Sql kTurn{
    "SELECT turn, begun_turn, answered_turn FROM lease_turn WHERE register_id = $1"};
constexpr Sql kBeginTurn{
    "INSERT INTO lease_turn (register_id, turn, begun_turn) VALUES ($1, $2, $3) "
    "ON CONFLICT (register_id) DO UPDATE SET turn = $2, begun_turn = $3"};
constexpr Sql kAnswerTurn{
    "UPDATE lease_turn SET answered_turn = begun_turn WHERE register_id = $1"};
constexpr Sql kDropLease{
    "DELETE FROM right_lease WHERE register_id = $1 AND member_id = $2 AND grant_id = $3"};
constexpr Sql kKeepLease{
    "INSERT INTO right_lease (register_id, member_id, grant_id, lease) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (register_id, member_id, grant_id) DO UPDATE SET lease = $4"};
constexpr Sql kDropSlices{"DELETE FROM budget_slice WHERE register_id = $1"};
constexpr Sql kKeepSlice{
    "INSERT INTO budget_slice (register_id, benefit_id, slice) VALUES ($1, $2, $3) "
    "ON CONFLICT (register_id, benefit_id) DO UPDATE SET slice = $3"};
constexpr Sql kHasLeases{
    "SELECT 1 FROM right_lease WHERE register_id = $1 UNION ALL "
    "SELECT 1 FROM budget_slice WHERE register_id = $1 LIMIT 1"};

struct TurnRow {
  int64_t turn = 0;
  int64_t begun_turn = 0;
  int64_t answered_turn = 0;
};

absl::StatusOr<TurnRow> turn_of(Connection& connection, const std::string& register_id) {
  Statement read = connection.statement(kTurn);
  read.bind_all(register_id);
  const absl::StatusOr<bool> row = read.step();
  if (!row.ok()) return row.status();
  if (!*row) return TurnRow();
  return TurnRow{read.int64(0), read.int64(1), read.int64(2)};
}

// A turn that was not answered is repeated: whether the server took it is not known, and a later
// one would say of it that it was this journal's. What stands at the server then is not to be used:
// a copy of this journal may repeat the same turn. So such an answer is outdated from the
// beginning.
absl::StatusOr<TurnRow> begin(Connection& connection, const std::string& register_id,
                              int64_t now_us) {
  absl::StatusOr<TurnRow> row = turn_of(connection, register_id);
  if (!row.ok()) return row;
  row->turn = std::max(row->turn + 1, now_us);
  if (row->begun_turn == row->answered_turn) row->begun_turn = row->turn;
  Statement store = connection.statement(kBeginTurn);
  store.bind_all(register_id, row->turn, row->begun_turn);
  absl::Status begun = store.execute();
  if (!begun.ok()) return begun;
  return row;
}

// What the answer offers, and no less than what is used of it here: until that is delivered the
// server must hear of it in every turn, or would give it to others.
std::map<std::string, v1::BudgetSlice> slices_to_keep(
    const google::protobuf::RepeatedPtrField<v1::BudgetSlice>& offered_slices, const Taken& taken) {
  std::map<std::string, v1::BudgetSlice> kept;
  for (const v1::BudgetSlice& used : taken.slices) {
    v1::BudgetSlice& sum = kept[used.benefit_id()];
    sum.set_benefit_id(used.benefit_id());
    sum.set_amount_minor(sum.amount_minor() + used.amount_minor());
    sum.set_use_count(sum.use_count() + used.use_count());
  }
  for (const v1::BudgetSlice& offered : offered_slices) {
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
  for (const auto& [benefit_id, slice] : slices_to_keep(answer.slices(), taken)) {
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

// What the register has, and what is taken of what it has not any more: of that the server must
// hear until it is delivered, or would give it to others.
absl::Status add_held(Connection& connection, const JournalSeal& seal,
                      const std::string& register_id, int64_t latest_us,
                      v1::TakeLeasesRequest& request) {
  const auto taken = taken_at(connection, seal, register_id, latest_us, "");
  if (!taken.ok()) return taken.status();
  const auto leases = leases_of(connection, seal, register_id);
  if (!leases.ok()) return leases.status();
  const auto slices = slices_of(connection, seal, register_id);
  if (!slices.ok()) return slices.status();
  std::set<Grant> unnamed = taken->grants;
  for (const v1::LeasedRight& lease : *leases) {
    unnamed.erase({lease.member_id(), lease.grant_id()});
    *request.add_kept() = lease;
  }
  for (const auto& [member_id, grant_id] : unnamed) {
    v1::LeasedRight& lease = *request.add_kept();
    lease.set_member_id(member_id);
    lease.set_grant_id(grant_id);
  }
  for (const auto& [benefit_id, slice] : slices_to_keep({slices->begin(), slices->end()}, *taken)) {
    *request.add_slices() = slice;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::TakeLeasesRequest> OfflineBook::begin_turn(const TurnBegin& turn) {
  v1::TakeLeasesRequest request;
  absl::Status done = journal_.writer_->run([&](Connection& connection) -> absl::Status {
    request.Clear();
    auto journal_id = named_journal(connection, turn.register_id);
    if (!journal_id.ok()) return journal_id.status();
    request.set_journal_id(*std::move(journal_id));
    const absl::StatusOr<TurnRow> begun = begin(connection, turn.register_id, turn.server_time_us);
    if (!begun.ok()) return begun.status();
    request.set_turn(begun->begun_turn);
    request.set_previous_turn(begun->answered_turn);
    return add_held(connection, journal_.seal_, turn.register_id, turn.latest_us, request);
  });
  if (!done.ok()) return done;
  return request;
}

absl::StatusOr<bool> OfflineBook::end_turn(const std::string& register_id, int64_t turn,
                                           const v1::TakeLeasesResponse& answer,
                                           int64_t latest_us) {
  bool is_kept = false;
  absl::Status ended = journal_.writer_->run([&](Connection& connection) -> absl::Status {
    const absl::StatusOr<TurnRow> row = turn_of(connection, register_id);
    if (!row.ok()) return row.status();
    is_kept = row->turn == turn;
    if (row->begun_turn != turn) return absl::OkStatus();
    Statement answered = connection.statement(kAnswerTurn);
    answered.bind_all(register_id);
    absl::Status done = answered.execute();
    if (!done.ok() || !is_kept) return done;
    const auto taken = taken_at(connection, journal_.seal_, register_id, latest_us, "");
    if (!taken.ok()) return taken.status();
    done = drop_unnamed(connection, journal_.seal_, register_id, answer, *taken);
    if (!done.ok()) return done;
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
  Statement read = reader->statement(kHasLeases);
  read.bind_all(register_id);
  return read.step();
}

}  // namespace moadon::agent

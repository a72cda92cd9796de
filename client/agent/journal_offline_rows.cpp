#include "client/agent/journal_offline_rows.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_join.h"
#include "client/agent/journal_rows.h"
#include "client/agent/journal_served.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr Sql kBookUse{
    "INSERT INTO offline_use (register_id, sequence, member_id, used) VALUES ($1, $2, $3, $4)"};
constexpr Sql kFindUse{
    "SELECT member_id, used FROM offline_use WHERE register_id = $1 AND sequence = $2"};
constexpr Sql kEndUse{"DELETE FROM offline_use WHERE register_id = $1 AND sequence = $2"};
constexpr Sql kDropLease{
    "DELETE FROM right_lease WHERE register_id = $1 AND member_id = $2 AND grant_id = $3"};
constexpr Sql kFindSlice{
    "SELECT slice FROM budget_slice WHERE register_id = $1 AND benefit_id = $2"};
constexpr Sql kLowerSlice{
    "UPDATE budget_slice SET slice = $3 WHERE register_id = $1 AND benefit_id = $2"};
constexpr Sql kDropSlice{"DELETE FROM budget_slice WHERE register_id = $1 AND benefit_id = $2"};
constexpr Sql kOutdateTurn{"UPDATE lease_turn SET turn = turn + 1 WHERE register_id = $1"};
constexpr Sql kDropAllLeases{"DELETE FROM right_lease WHERE register_id = $1"};
constexpr Sql kDropAllSlices{"DELETE FROM budget_slice WHERE register_id = $1"};
constexpr Sql kKeepLatest{
    "INSERT INTO clock (clock_id, latest_us, boot_id, server_offset_us) VALUES (1, $1, '', 0) "
    "ON CONFLICT (clock_id) DO UPDATE SET latest_us = $1"};

// An answer of the server that is under way knows nothing of this change.
absl::Status outdate_turn(Connection& connection, const std::string& register_id) {
  Statement outdate = connection.statement(kOutdateTurn);
  outdate.bind_all(register_id);
  return outdate.execute();
}

absl::Status lower_slice(Connection& connection, const JournalSeal& seal,
                         const std::string& register_id, const v1::BudgetSlice& used) {
  const std::string place = text_of({"budget_slice", register_id, "", used.benefit_id()});
  std::optional<std::string> plain;
  {
    Statement find = connection.statement(kFindSlice);
    find.bind_all(register_id, used.benefit_id());
    const absl::StatusOr<bool> row = find.step();
    if (!row.ok() || !*row) return row.status();
    plain = seal.open(find.blob(0), place);
  }
  if (!plain) {
    Statement drop = connection.statement(kDropSlice);
    drop.bind_all(register_id, used.benefit_id());
    return drop.execute();
  }
  v1::BudgetSlice slice;
  absl::Status parsed = parse_stored(slice, *plain);
  if (!parsed.ok()) return parsed;
  slice.set_amount_minor(std::max<int64_t>(0, slice.amount_minor() - used.amount_minor()));
  slice.set_use_count(std::max<int64_t>(0, slice.use_count() - used.use_count()));
  const auto sealed = seal.seal(slice.SerializeAsString(), place);
  if (!sealed.ok()) return sealed.status();
  Statement lower = connection.statement(kLowerSlice);
  lower.bind_all(register_id, used.benefit_id(), Blob{*sealed});
  return lower.execute();
}

absl::Status spend(Connection& connection, const JournalSeal& seal, const std::string& register_id,
                   const std::string& member_id, const v1::OfflineTerms& used) {
  for (const std::string& grant_id : used.leased_grant_ids()) {
    Statement drop = connection.statement(kDropLease);
    drop.bind_all(register_id, member_id, grant_id);
    absl::Status dropped = drop.execute();
    if (!dropped.ok()) return dropped;
  }
  for (const v1::BudgetSlice& slice : used.slices()) {
    absl::Status lowered = lower_slice(connection, seal, register_id, slice);
    if (!lowered.ok()) return lowered;
  }
  return absl::OkStatus();
}

}  // namespace

std::string text_of(const OfflinePlace& place) {
  return absl::StrJoin({place.table, place.register_id, place.member_id, place.name}, "\n");
}

bool takes_nothing(const v1::OfflineTerms& used) {
  return used.amount_limit_minor() == 0 && used.leased_grant_ids().empty() && used.slices().empty();
}

bool serves_member(const v1::OfflineTerms& used) {
  return used.amount_limit_minor() > 0 || takes_nothing(used);
}

v1::OfflineTerms message_of(const OfflineUse& use) {
  v1::OfflineTerms message;
  message.set_amount_limit_minor(use.amount_minor);
  for (const std::string& grant_id : use.grant_ids) message.add_leased_grant_ids(grant_id);
  for (const v1::BudgetSlice& slice : use.slices) *message.add_slices() = slice;
  return message;
}

absl::StatusOr<std::string> sealed_use(const JournalSeal& seal, const OfflineUse& use,
                                       const OfflinePlace& place) {
  return seal.seal(message_of(use).SerializeAsString(), text_of(place));
}

absl::Status book_use(Connection& connection, const JournalSeal& seal,
                      const std::string& register_id, int64_t sequence,
                      const std::string& member_id, const OfflineUse& use) {
  const auto sealed =
      sealed_use(seal, use, {"offline_use", register_id, member_id, std::to_string(sequence)});
  if (!sealed.ok()) return sealed.status();
  Statement book = connection.statement(kBookUse);
  book.bind_all(register_id, sequence, member_id, Blob{*sealed});
  return book.execute();
}

absl::Status end_use(Connection& connection, const JournalSeal& seal, const EntryPlace& place,
                     int64_t server_time_us) {
  const auto& [register_id, sequence] = place;
  std::string member_id;
  std::optional<std::string> plain;
  {
    Statement find = connection.statement(kFindUse);
    find.bind_all(register_id, sequence);
    const absl::StatusOr<bool> row = find.step();
    if (!row.ok() || !*row) return row.status();
    member_id = std::string(find.text(0));
    plain = seal.open(find.blob(1),
                      text_of({"offline_use", register_id, member_id, std::to_string(sequence)}));
  }
  v1::OfflineTerms used;
  // Altered: whom it served, and which leases and slices it used, cannot be known. So everybody was
  // served, and none of them is used any more.
  const bool is_known = plain && used.ParseFromString(*plain);
  absl::Status done = is_known ? spend(connection, seal, register_id, member_id, used)
                               : drop_all_leases(connection, register_id);
  if (done.ok() && (!is_known || serves_member(used))) {
    done = keep_served(connection, seal, {register_id, is_known ? member_id : "", server_time_us});
  }
  if (!done.ok()) return done;
  Statement end = connection.statement(kEndUse);
  end.bind_all(register_id, sequence);
  done = end.execute();
  if (!done.ok() || (is_known && takes_nothing(used))) return done;
  return outdate_turn(connection, register_id);
}

absl::Status drop_all_leases(Connection& connection, const std::string& register_id) {
  for (const Sql& sql : {kDropAllLeases, kDropAllSlices}) {
    Statement drop = connection.statement(sql);
    drop.bind_all(register_id);
    absl::Status dropped = drop.execute();
    if (!dropped.ok()) return dropped;
  }
  return outdate_turn(connection, register_id);
}

absl::Status give_leases_up(Connection& connection, const std::string& register_id,
                            const v1::PlaceHoldRequest& request) {
  bool any = false;
  for (const v1::RightUse& right : request.rights()) {
    Statement drop = connection.statement(kDropLease);
    drop.bind_all(register_id, request.member_id(), right.grant_id());
    absl::Status dropped = drop.execute();
    if (!dropped.ok()) return dropped;
    any = any || connection.changes() > 0;
  }
  return any ? outdate_turn(connection, register_id) : absl::OkStatus();
}

absl::Status keep_latest(Connection& connection, int64_t latest_us) {
  Statement keep = connection.statement(kKeepLatest);
  keep.bind_all(latest_us);
  return keep.execute();
}

}  // namespace moadon::agent

// The holds that the journal's file keeps.
#include "client/agent/journal.h"
#include "client/agent/journal_offline_rows.h"
#include "client/agent/journal_rows.h"
#include "rules/calendar.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr Sql kAskHold{
    "INSERT INTO hold (register_id, request_id, state, basket, request, context, branch_id, "
    "business_day, minute_of_day, expire_time_us, is_sealed) "
    "VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, 1) "
    "ON CONFLICT (register_id, request_id) DO UPDATE SET basket = $3, request = $4, context = $5, "
    "branch_id = $6, business_day = $7, minute_of_day = $8, expire_time_us = $9 "
    "WHERE hold.state = 1"};
constexpr Sql kForgetAsked{
    "DELETE FROM hold WHERE register_id = $1 AND request_id = $2 AND state IN (1, 4) "
    "AND hold_id IS NULL"};
constexpr Sql kConfirm{
    "UPDATE hold SET hold_id = $3, expire_time_us = $4, "
    "state = CASE state WHEN 1 THEN 2 ELSE state END "
    "WHERE register_id = $1 AND request_id = $2 AND hold_id IS NULL"};
constexpr Sql kFindHold{
    "SELECT request_id, state, hold_id, basket, request, context, branch_id, business_day, "
    "minute_of_day, expire_time_us FROM hold WHERE register_id = $1 AND request_id = $2"};
constexpr Sql kFindHoldById{
    "SELECT request_id, state, hold_id, basket, request, context, branch_id, business_day, "
    "minute_of_day, expire_time_us FROM hold WHERE register_id = $1 AND hold_id = $2"};
// Of a hold that the agent made by itself nobody else knows: it ends at once.
constexpr Sql kGiveUp{
    "UPDATE hold SET state = CASE WHEN offline_member_id IS NULL THEN 4 ELSE 5 END "
    "WHERE register_id = $1 AND hold_id = $2 AND state = 2"};
constexpr Sql kGiveUpExpired{
    "UPDATE hold SET state = CASE WHEN offline_member_id IS NULL THEN 4 ELSE 5 END "
    "WHERE register_id = $1 AND state IN (1, 2) AND expire_time_us <= $2"};
constexpr Sql kIsExpired{
    "SELECT 1 FROM hold WHERE register_id = $1 AND state IN (1, 2) AND expire_time_us <= $2 "
    "LIMIT 1"};
constexpr Sql kGivenUp{
    "SELECT request_id, state, hold_id, basket, request, context, branch_id, business_day, "
    "minute_of_day, expire_time_us FROM hold WHERE register_id = $1 AND state = 4 "
    "ORDER BY expire_time_us LIMIT $2"};
constexpr Sql kEnd{
    "UPDATE hold SET state = 5 WHERE register_id = $1 AND request_id = $2 AND state = 4"};
constexpr Sql kPruneHolds{"DELETE FROM hold WHERE state IN (3, 5) AND expire_time_us < $1"};

// Nothing: it cannot be opened.
absl::StatusOr<std::optional<StoredHold>> hold_in(const Statement& row, const JournalSeal& seal,
                                                  const std::string& register_id) {
  StoredHold hold;
  hold.register_id = register_id;
  hold.request_id = std::string(row.text(0));
  hold.state = static_cast<HoldState>(row.int64(1));
  if (!row.is_null(2)) hold.hold_id = std::string(row.text(2));
  auto basket = seal.open(row.blob(3), hold_place("basket", register_id, hold.request_id));
  const auto request = seal.open(row.blob(4), hold_place("request", register_id, hold.request_id));
  const auto context = seal.open(
      row.blob(5),
      hold_context_place(register_id, hold.request_id, {row.text(6), row.int64(7), row.int64(8)}));
  if (!basket || !request || !context) return std::optional<StoredHold>();
  hold.basket = *std::move(basket);
  absl::Status parsed = parse_stored(hold.request, *request);
  parsed.Update(parse_stored(hold.context, *context));
  if (!parsed.ok()) return parsed;
  hold.occasion = {std::string(row.text(6)), day_of_number(row.int64(7)),
                   static_cast<int>(row.int64(8))};
  hold.expire_time_us = row.int64(9);
  return hold;
}

absl::StatusOr<std::optional<StoredHold>> find_hold_in(Connection& connection, const Sql& find,
                                                       const JournalSeal& seal,
                                                       const std::string& register_id,
                                                       const std::string& name) {
  Statement read = connection.statement(find);
  read.bind_all(register_id, name);
  const absl::StatusOr<bool> row = read.step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<StoredHold>();
  return hold_in(read, seal, register_id);
}

}  // namespace

absl::StatusOr<std::string> sealed_context(const JournalSeal& seal, const StoredHold& hold) {
  return seal.seal(
      hold.context.SerializeAsString(),
      hold_context_place(hold.register_id, hold.request_id,
                         {hold.occasion.branch_id, day_number(hold.occasion.business_day),
                          hold.occasion.minute_of_day}));
}

absl::Status Journal::ask_hold(const StoredHold& hold) {
  const auto sealed = [&](absl::string_view column, const std::string& plain) {
    return seal_.seal(plain, hold_place(column, hold.register_id, hold.request_id));
  };
  const auto basket = sealed("basket", hold.basket);
  const auto request = sealed("request", hold.request.SerializeAsString());
  const auto context = sealed_context(seal_, hold);
  if (!basket.ok()) return basket.status();
  if (!request.ok()) return request.status();
  if (!context.ok()) return context.status();
  return writer_->run([&](Connection& connection) {
    Statement ask = connection.statement(kAskHold);
    ask.bind_all(hold.register_id, hold.request_id, Blob{*basket}, Blob{*request}, Blob{*context},
                 hold.occasion.branch_id, day_number(hold.occasion.business_day),
                 hold.occasion.minute_of_day, hold.expire_time_us);
    absl::Status asked = ask.execute();
    if (!asked.ok()) return asked;
    return give_leases_up(connection, hold.register_id, hold.request);
  });
}

absl::Status Journal::forget_asked_hold(const std::string& register_id,
                                        const std::string& request_id) {
  return writer_->run([&](Connection& connection) {
    Statement forget = connection.statement(kForgetAsked);
    forget.bind_all(register_id, request_id);
    return forget.execute();
  });
}

absl::StatusOr<std::optional<StoredHold>> Journal::confirm_hold(
    const std::string& register_id, const std::string& request_id,
    const v1::PlaceHoldResponse& answer) {
  const absl::StatusOr<int64_t> expire_time_us = time_us_of(answer.expire_time(), "expire_time");
  if (!expire_time_us.ok()) return expire_time_us.status();
  std::optional<StoredHold> hold;
  absl::Status done = writer_->run([&](Connection& connection) {
    Statement confirm = connection.statement(kConfirm);
    confirm.bind_all(register_id, request_id, answer.hold_id(), *expire_time_us);
    absl::Status confirmed = confirm.execute();
    if (!confirmed.ok()) return confirmed;
    auto found = find_hold_in(connection, kFindHold, seal_, register_id, request_id);
    if (!found.ok()) return found.status();
    hold = *std::move(found);
    return absl::OkStatus();
  });
  if (!done.ok()) return done;
  return hold;
}

absl::StatusOr<std::optional<StoredHold>> Journal::find_hold(const std::string& register_id,
                                                             const std::string& request_id) {
  const sqlite::ReaderLease reader = readers_->lease();
  return find_hold_in(*reader, kFindHold, seal_, register_id, request_id);
}

absl::StatusOr<std::optional<StoredHold>> Journal::find_hold_by_id(const std::string& register_id,
                                                                   const std::string& hold_id) {
  const sqlite::ReaderLease reader = readers_->lease();
  return find_hold_in(*reader, kFindHoldById, seal_, register_id, hold_id);
}

absl::Status Journal::give_up_hold(const std::string& register_id, const std::string& hold_id) {
  return writer_->run([&](Connection& connection) {
    Statement give_up = connection.statement(kGiveUp);
    give_up.bind_all(register_id, hold_id);
    return give_up.execute();
  });
}

absl::Status Journal::give_up_expired_holds(const std::string& register_id, int64_t now_us) {
  {
    const sqlite::ReaderLease reader = readers_->lease();
    Statement look = reader->statement(kIsExpired);
    look.bind_all(register_id, now_us);
    const absl::StatusOr<bool> row = look.step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();  // asked often, and mostly so: no write
  }
  return writer_->run([&](Connection& connection) {
    Statement give_up = connection.statement(kGiveUpExpired);
    give_up.bind_all(register_id, now_us);
    return give_up.execute();
  });
}

absl::StatusOr<std::vector<StoredHold>> Journal::given_up_holds(const std::string& register_id,
                                                                int limit) {
  const sqlite::ReaderLease reader = readers_->lease();
  Statement read = reader->statement(kGivenUp);
  read.bind_all(register_id, limit);
  std::vector<StoredHold> holds;
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return holds;
    auto hold = hold_in(read, seal_, register_id);
    if (!hold.ok()) return hold.status();
    if (*hold) holds.push_back(**std::move(hold));
  }
}

absl::Status Journal::end_hold(const std::string& register_id, const std::string& request_id) {
  return writer_->run([&](Connection& connection) {
    Statement end = connection.statement(kEnd);
    end.bind_all(register_id, request_id);
    return end.execute();
  });
}

absl::Status Journal::prune_holds(int64_t before_us) {
  return writer_->run([&](Connection& connection) {
    Statement prune = connection.statement(kPruneHolds);
    prune.bind_all(before_us);
    return prune.execute();
  });
}

}  // namespace moadon::agent

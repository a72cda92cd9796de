#include "client/agent/journal_offline.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "client/agent/journal_offline_rows.h"
#include "client/agent/journal_rows.h"
#include "client/agent/journal_served.h"
#include "client/agent/journal_taken.h"
#include "rules/calendar.h"
#include "rules/money.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

constexpr Sql kAwaited{
    "SELECT o.sequence, o.used FROM offline_use o JOIN undelivered u ON u.register_id = "
    "o.register_id "
    "AND u.sequence = o.sequence WHERE o.register_id = $1 AND o.member_id = $2 "
    "AND u.is_kept_back = 0 AND u.is_altered = 0"};

constexpr Sql kSetAside{
    "INSERT INTO hold (register_id, request_id, state, hold_id, basket, request, context, "
    "branch_id, business_day, minute_of_day, expire_time_us, is_sealed, offline_member_id, "
    "offline_use) VALUES ($1, $2, 2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12) "
    "ON CONFLICT DO NOTHING"};

// boot_id vouches for the offset, too.
constexpr Sql kClock{"SELECT latest_us, boot_id, server_offset_us FROM clock WHERE clock_id = 1"};
constexpr Sql kStoreClock{
    "INSERT INTO clock (clock_id, latest_us, boot_id, server_offset_us) VALUES (1, $1, $2, $3) "
    "ON CONFLICT (clock_id) DO UPDATE SET latest_us = $1, boot_id = $2, server_offset_us = $3"};

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
  const absl::StatusOr<bool> was_served =
      served_since(connection, {query.register_id, query.member_id, query.facts_time_us});
  if (!was_served.ok()) return was_served.status();
  standing.is_member_served = *was_served || taken->member_ids.contains(query.member_id);
  if (taken->is_altered) {
    standing.used_minor = kMaxSumMinor;
    return standing;
  }
  const auto is_usable = [&query](const google::protobuf::Timestamp& end) {
    return !has_ended(end, query.lease_us);
  };
  const auto leases = leases_of_member(connection, seal, query.register_id, query.member_id);
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
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok() || !*row) return row;
    const auto plain = journal_.seal_.open(
        read.blob(1),
        text_of({"offline_use", register_id, member_id, std::to_string(read.int64(0))}));
    v1::OfflineTerms used;
    if (!plain || !used.ParseFromString(*plain) || !takes_nothing(used)) return true;
  }
}

absl::StatusOr<bool> OfflineBook::is_behind(const MemberServed& served) {
  const sqlite::ReaderLease reader = journal_.readers_->lease();
  return served_since(*reader, served);
}

absl::Status OfflineBook::prune_served(int64_t before_us) {
  return journal_.writer_->run(
      [before_us](Connection& connection) { return forget_served(connection, before_us); });
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

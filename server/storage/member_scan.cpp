#include "server/storage/member_scan.h"

#include <algorithm>

namespace moadon::storage {
namespace {

// Ids from which the ends of ranges are taken: enough that ranges differ by little, whatever the
// size of the club.
constexpr size_t kMaxSamples = 8192;

void keep_every_other(std::vector<int64_t>& samples) {
  for (size_t i = 0; 2 * i < samples.size(); ++i) samples[i] = samples[2 * i];
  samples.resize((samples.size() + 1) / 2);
}

Statement bound(Statement statement, int64_t after_id, int64_t until_id) {
  statement.bind_all(after_id, until_id);
  return statement;
}

}  // namespace

constexpr Sql kPinSnapshot{"SELECT settings_id FROM settings"};

absl::Status pin_snapshot(Connection& connection) { return execute(connection, kPinSnapshot); }

// In no order: an engine may read the narrowest index. Which of the members are looked at follows
// from that order, and does not matter.
constexpr Sql kListIds{"SELECT member_id FROM members"};

absl::StatusOr<std::vector<int64_t>> split_members(Connection& connection, int count) {
  Statement ids = connection.statement(kListIds);
  std::vector<int64_t> samples;
  int64_t members_per_sample = 1;
  int64_t newest = 0;
  for (int64_t seen = 0;; ++seen) {
    const absl::StatusOr<bool> row = ids.step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    newest = std::max(newest, ids.int64(0));
    if (seen % members_per_sample != 0) continue;
    samples.push_back(ids.int64(0));
    if (samples.size() < kMaxSamples) continue;
    keep_every_other(samples);
    members_per_sample *= 2;
  }
  std::sort(samples.begin(), samples.end());
  std::vector<int64_t> ends;
  for (int range = 1; range < count; ++range) {
    const size_t end = samples.size() * range / count;
    if (end > 0 && (ends.empty() || samples[end - 1] > ends.back())) {
      ends.push_back(samples[end - 1]);
    }
  }
  if (ends.empty() || newest > ends.back()) ends.push_back(newest);
  return ends;
}

constexpr Sql kScanMembers{
    "SELECT member_id, met_time_us, met_day, enrolled_time_us, enrolled_day, purchase_days,"
    " first_purchase_day, last_purchase_day, net_spend_sum_minor, last_return_day, stage,"
    " points_entry_number, lock_count, merged_into, merge_count, sign_count, archive_us,"
    " refuse_us, erase_us"
    " FROM members WHERE member_id > $1 AND member_id <= $2 ORDER BY member_id"};

MemberScan::MemberScan(Connection& connection, int64_t after_id, int64_t until_id)
    : statement_(bound(connection.statement(kScanMembers), after_id, until_id)) {}

absl::StatusOr<bool> MemberScan::next(ScannedMember& member) {
  absl::StatusOr<bool> row = statement_.step();
  if (!row.ok() || !*row) return row;
  member.member_id = statement_.int64(0);
  member.met_time_us = statement_.int64(1);
  member.met_day = statement_.int64(2);
  member.enrolled_time_us = statement_.optional_int64(3);
  member.enrolled_day = statement_.optional_int64(4);
  member.purchase_days = statement_.int64(5);
  member.first_purchase_day = statement_.optional_int64(6);
  member.last_purchase_day = statement_.optional_int64(7);
  member.net_spend_sum_minor = statement_.int64(8);
  member.last_return_day = statement_.optional_int64(9);
  member.stage = static_cast<int>(statement_.int64(10));
  member.points_entry_number = statement_.int64(11);
  member.lock_count = statement_.int64(12);
  member.merged_into = statement_.optional_int64(13);
  member.merge_count = statement_.int64(14);
  member.sign_count = statement_.int64(15);
  member.archive_us = statement_.optional_int64(16);
  member.refuse_us = statement_.optional_int64(17);
  member.erase_us = statement_.optional_int64(18);
  return true;
}

constexpr Sql kScanDays{
    "SELECT member_id, day, units_milli, spend_minor FROM member_days"
    " WHERE member_id > $1 AND member_id <= $2 ORDER BY member_id, day"};

DayReader::DayReader(Connection& connection, int64_t after_id, int64_t until_id)
    : rows_(bound(connection.statement(kScanDays), after_id, until_id),
            [](const Statement& row) -> RowsBesideMembers<MemberDay>::Owned {
              return {row.int64(0), {row.int64(1), row.int64(2), row.int64(3)}};
            }) {}

absl::Status DayReader::read_until(int64_t member_id, std::vector<MemberDay>& days) {
  return rows_.read_until(member_id, [&](const MemberDay& day) { days.push_back(day); });
}

constexpr Sql kScanOrigins{
    "SELECT member_id, branch_id, source_kind, source_name FROM member_origins"
    " WHERE member_id > $1 AND member_id <= $2 ORDER BY member_id"};

OriginReader::OriginReader(Connection& connection, int64_t after_id, int64_t until_id)
    : rows_(bound(connection.statement(kScanOrigins), after_id, until_id),
            [](const Statement& row) -> RowsBesideMembers<ScannedOrigin>::Owned {
              return {row.int64(0),
                      {std::string(row.text(1)), static_cast<int>(row.int64(2)),
                       std::string(row.text(3))}};
            }) {}

absl::StatusOr<ScannedOrigin> OriginReader::read_until(int64_t member_id) {
  ScannedOrigin origin;
  const absl::Status read = rows_.read_until(
      member_id, [&](ScannedOrigin&& of_member) { origin = std::move(of_member); });
  if (!read.ok()) return read;
  return origin;
}

}  // namespace moadon::storage

#include "server/operations/member_points.h"

#include <algorithm>
#include <utility>

#include "rules/calendar.h"

namespace moadon {

PointsLot lot_of(const storage::PointsLotRow& row) {
  PointsLot lot;
  lot.number = row.lot_number;
  lot.source = row.source;
  lot.usable_day = day_of_number(row.usable_day);
  if (row.expire_day) lot.expire_day = day_of_number(*row.expire_day);
  lot.granted_milli = row.granted_milli;
  lot.left_milli = row.left_milli;
  lot.held_milli = row.held_milli;
  lot.spent_milli = row.spent_milli;
  lot.expired_milli = row.expired_milli;
  lot.reversed_milli = row.reversed_milli;
  lot.deficit_paid_milli = row.deficit_paid_milli;
  return lot;
}

storage::PointsLotRow row_of(const PointsLot& lot) {
  storage::PointsLotRow row;
  row.lot_number = lot.number;
  row.source = lot.source;
  row.usable_day = day_number(lot.usable_day);
  if (lot.expire_day) row.expire_day = day_number(*lot.expire_day);
  row.granted_milli = lot.granted_milli;
  row.left_milli = lot.left_milli;
  row.held_milli = lot.held_milli;
  row.spent_milli = lot.spent_milli;
  row.expired_milli = lot.expired_milli;
  row.reversed_milli = lot.reversed_milli;
  row.deficit_paid_milli = lot.deficit_paid_milli;
  return row;
}

absl::StatusOr<PointsAccount*> MemberPoints::open(absl::optional<int64_t> lot_number, Reach reach) {
  if (account_ != nullptr) {
    const bool has_all = reach_ == Reach::kAll || reach == Reach::kLive;
    const bool has_lot = reach_ == Reach::kAll || !lot_number || knows(*lot_number);
    if (has_all && has_lot) return account_.get();
    const absl::StatusOr<bool> kept = keep();
    if (!kept.ok()) return kept.status();
  }
  absl::StatusOr<std::vector<PointsLot>> lots = read_lots(lot_number, reach);
  if (!lots.ok()) return lots.status();
  account_ = std::make_unique<PointsAccount>(*std::move(lots), row_.points_deficit_milli,
                                             row_.points_entry_number);
  reach_ = reach;
  account_->pass_to(today());
  return account_.get();
}

absl::StatusOr<std::vector<PointsLot>> MemberPoints::read_lots(absl::optional<int64_t> lot_number,
                                                               Reach reach) {
  std::vector<PointsLot> lots;
  if (row_.points_entry_number == 0) return lots;
  const auto rows = reach == Reach::kAll ? storage::list_lots(connection_, row_.member_id)
                                         : storage::list_live_lots(connection_, row_.member_id);
  if (!rows.ok()) return rows.status();
  bool has_lot = !lot_number;
  for (const storage::PointsLotRow& row : *rows) {
    has_lot = has_lot || row.lot_number == *lot_number;
    lots.push_back(lot_of(row));
  }
  if (has_lot) return lots;
  const auto named = storage::find_lot(connection_, row_.member_id, *lot_number);
  if (!named.ok()) return named.status();
  if (*named) lots.push_back(lot_of(**named));
  return lots;
}

bool MemberPoints::knows(int64_t lot_number) const {
  return std::any_of(account_->lots().begin(), account_->lots().end(),
                     [lot_number](const PointsLot& lot) { return lot.number == lot_number; });
}

void MemberPoints::redate(v1::PointsEntryKind kind, const Redating& redating) {
  AccountEntry without{0,
                       redating.from_day,
                       kind,
                       -redating.points_milli,
                       redating.from_source,
                       redating.lot_number};
  AccountEntry with{
      0, redating.to_day, kind, redating.points_milli, redating.to_source, redating.lot_number};
  // What takes comes after what gives, so that no lot ever seems to have less than nothing.
  if (redating.points_milli > 0) std::swap(without, with);
  redated_.push_back(std::move(without));
  redated_.push_back(std::move(with));
}

absl::StatusOr<bool> MemberPoints::keep() {
  const storage::MemberRow before = row_;
  const absl::Status kept = keep_entries();
  if (!kept.ok()) return kept;
  if (account_ != nullptr) {
    for (const PointsLot& lot : account_->lots()) {
      if (!lot.is_changed) continue;
      const absl::Status written = storage::keep_lot(connection_, row_.member_id, row_of(lot));
      if (!written.ok()) return written;
    }
    row_.points_deficit_milli = account_->deficit_milli();
    row_.next_points_day.reset();
    if (const auto next = account_->next_day(today())) row_.next_points_day = day_number(*next);
  }
  account_.reset();
  return row_.points_entry_number != before.points_entry_number ||
         row_.next_points_day != before.next_points_day;
}

absl::Status MemberPoints::keep_entries() {
  std::vector<AccountEntry> entries;
  if (account_ != nullptr) entries = account_->entries();
  entries.insert(entries.end(), redated_.begin(), redated_.end());
  redated_.clear();
  for (const AccountEntry& entry : entries) {
    storage::PointsEntryRow row;
    row.entry_number = ++row_.points_entry_number;
    row.entry_day = day_number(entry.day);
    row.kind = entry.kind;
    row.points_milli = entry.points_milli;
    row.source = entry.source;
    row.lot_number = entry.lot_number;
    row.record_us = state_.now_us();
    const absl::Status written = storage::insert_points_entry(connection_, row_.member_id, row);
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

}  // namespace moadon

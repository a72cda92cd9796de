#include "rules/points_account.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "rules/calendar.h"
#include "rules/money.h"

namespace moadon {
namespace {

constexpr int kExpiringSoonDays = 62;  // as PointsStanding.expiring promises

int64_t sum(int64_t a, int64_t b) { return checked_add(a, b).value(); }

bool has_ended(const PointsLot& lot, absl::CivilDay day) {
  return lot.expire_day && *lot.expire_day < day;
}

bool is_usable(const PointsLot& lot, absl::CivilDay day) {
  return lot.usable_day <= day && !has_ended(lot, day);
}

// Oldest end first, never-ending last, ties to the older lot.
bool ends_before(const PointsLot& a, const PointsLot& b) {
  const absl::CivilDay never = absl::CivilDay::max();
  return std::make_tuple(a.expire_day.value_or(never), a.number) <
         std::make_tuple(b.expire_day.value_or(never), b.number);
}

void sort_by_end(std::vector<PointsLot*>& lots) {
  std::sort(lots.begin(), lots.end(),
            [](const PointsLot* a, const PointsLot* b) { return ends_before(*a, *b); });
}

void move(PointsLot& lot, int64_t PointsLot::*from, int64_t PointsLot::*into,
          int64_t points_milli) {
  lot.*from -= points_milli;
  lot.*into = sum(lot.*into, points_milli);
  lot.is_changed = true;
}

void add_part(std::vector<LotPart>& parts, int64_t lot_number, int64_t points_milli) {
  if (points_milli == 0) return;
  for (LotPart& part : parts) {
    if (part.lot_number != lot_number) continue;
    part.points_milli = sum(part.points_milli, points_milli);
    return;
  }
  parts.push_back({lot_number, points_milli});
}

}  // namespace

PointsAccount::PointsAccount(std::vector<PointsLot> lots, int64_t deficit_milli,
                             int64_t last_entry_number)
    : lots_(std::move(lots)), deficit_milli_(deficit_milli), last_entry_number_(last_entry_number) {
  std::sort(lots_.begin(), lots_.end(),
            [](const PointsLot& a, const PointsLot& b) { return a.number < b.number; });
}

void PointsAccount::pass_to(absl::CivilDay today) {
  // Mostly none: a member who buys often has many lots, and time passes with every sale.
  std::vector<PointsLot*> ended;
  for (PointsLot& lot : lots_) {
    if (lot.left_milli > 0 && has_ended(lot, today)) ended.push_back(&lot);
  }
  sort_by_end(ended);
  for (PointsLot* lot : ended) expire(*lot, absl::CivilDay::min());
}

int64_t PointsAccount::give(v1::PointsEntryKind kind, int64_t points_milli,
                            const std::string& source, absl::CivilDay day, const PointsLife& life,
                            absl::CivilDay today) {
  if (points_milli == 0) return 0;
  PointsLot lot;
  lot.number = last_entry_number_ + 1;
  lot.source = source;
  lot.usable_day = life.usable_day;
  lot.expire_day = life.expire_day;
  lot.granted_milli = lot.left_milli = points_milli;
  lot.is_changed = true;
  write(kind, points_milli, {source, day}, lot.number);
  pay_deficit(lot, points_milli, {source, day});
  if (has_ended(lot, today)) expire(lot, absl::CivilDay::min());
  lots_.push_back(std::move(lot));
  return lots_.back().number;
}

PointsAccount::Spent PointsAccount::spend(int64_t points_milli, absl::Span<const LotPart> held,
                                          const std::string& source, absl::CivilDay day,
                                          Missing missing) {
  Spent spent;
  const Cause cause{source, day};
  int64_t missing_milli = points_milli - spend_held(points_milli, held, cause, spent);
  for (PointsLot* lot : by_end()) {
    if (missing_milli == 0) break;
    if (!is_usable(*lot, day)) continue;
    const int64_t wanted_milli = missing_milli - std::min(missing_milli, lot->left_milli);
    unexpire(*lot, std::min(wanted_milli, lot->expired_milli), cause);
    const int64_t taken_milli =
        take_left(*lot, missing_milli, v1::POINTS_ENTRY_KIND_SPEND, &PointsLot::spent_milli, cause);
    add_part(spent.parts, lot->number, taken_milli);
    missing_milli -= taken_milli;
  }
  spent.overspent_milli = missing_milli;
  if (missing == Missing::kIsLost) return spent;
  owe(missing_milli, cause);
  for (PointsLot* lot : by_end()) pay_deficit(*lot, lot->left_milli, cause);
  return spent;
}

absl::optional<std::vector<LotPart>> PointsAccount::hold(int64_t points_milli,
                                                         const std::string& source,
                                                         absl::CivilDay day) {
  if (available_milli(day) < points_milli) return absl::nullopt;
  std::vector<LotPart> parts;
  for (PointsLot* lot : by_end()) {
    if (!is_usable(*lot, day)) continue;
    const int64_t taken_milli = take_left(*lot, points_milli, v1::POINTS_ENTRY_KIND_HOLD,
                                          &PointsLot::held_milli, {source, day});
    add_part(parts, lot->number, taken_milli);
    points_milli -= taken_milli;
  }
  return parts;
}

void PointsAccount::release(absl::Span<const LotPart> held, const std::string& source,
                            absl::CivilDay day, absl::CivilDay today) {
  pass_to(today);
  const Cause cause{source, day};
  for (const LotPart& part : held) {
    PointsLot* lot = find(part.lot_number);
    if (lot == nullptr) continue;
    const int64_t free_milli = std::min(part.points_milli, lot->held_milli);
    if (free_milli == 0) continue;
    move(*lot, &PointsLot::held_milli, &PointsLot::left_milli, free_milli);
    write(v1::POINTS_ENTRY_KIND_HOLD, free_milli, cause, lot->number);
    pay_deficit(*lot, free_milli, cause);
    if (has_ended(*lot, today)) expire(*lot, day);
  }
}

int64_t PointsAccount::reverse(int64_t points_milli, int64_t own_lot, const std::string& source,
                               absl::CivilDay day, bool forgives, absl::CivilDay today) {
  pass_to(today);
  const Cause cause{source, day};
  if (PointsLot* own = find(own_lot); own != nullptr) {
    const int64_t expired_milli = points_milli - std::min(points_milli, own->left_milli);
    unexpire(*own, std::min(expired_milli, own->expired_milli), cause);
    points_milli -= take_left(*own, points_milli, v1::POINTS_ENTRY_KIND_REVERSE,
                              &PointsLot::reversed_milli, cause);
  }
  return take_anywhere(points_milli, v1::POINTS_ENTRY_KIND_REVERSE, cause, forgives);
}

int64_t PointsAccount::take(int64_t points_milli, const std::string& source, absl::CivilDay day,
                            bool forgives) {
  return take_anywhere(points_milli, v1::POINTS_ENTRY_KIND_ADJUST, {source, day}, forgives);
}

int64_t PointsAccount::move_out(int64_t lot_number, int64_t points_milli, const std::string& source,
                                absl::CivilDay day) {
  PointsLot* lot = find(lot_number);
  if (lot == nullptr) return 0;
  return take_left(*lot, points_milli, v1::POINTS_ENTRY_KIND_ADJUST, &PointsLot::reversed_milli,
                   {source, day});
}

void PointsAccount::move_back(int64_t lot_number, int64_t points_milli, const std::string& source,
                              absl::CivilDay day, absl::CivilDay today) {
  PointsLot* lot = find(lot_number);
  if (lot == nullptr || points_milli == 0) return;
  move(*lot, &PointsLot::reversed_milli, &PointsLot::left_milli, points_milli);
  write(v1::POINTS_ENTRY_KIND_ADJUST, points_milli, {source, day}, lot->number);
  pay_deficit(*lot, points_milli, {source, day});
  if (has_ended(*lot, today)) expire(*lot, day);
}

int64_t PointsAccount::move_debt(int64_t points_milli, const std::string& source,
                                 absl::CivilDay day) {
  const int64_t moved_milli = std::min(points_milli, deficit_milli_);
  deficit_milli_ -= moved_milli;
  write(v1::POINTS_ENTRY_KIND_ADJUST, moved_milli, {source, day}, 0);
  return moved_milli;
}

void PointsAccount::give_back(int64_t points_milli, std::vector<LotPart>& parts,
                              const std::string& source, absl::CivilDay day, int grace_days,
                              absl::CivilDay today) {
  pass_to(today);
  const Cause cause{source, day};
  int64_t parts_milli = 0;
  for (const LotPart& part : parts) parts_milli = sum(parts_milli, part.points_milli);
  parts_milli = std::min(parts_milli, points_milli);
  const PointsLife grace{day, day + grace_days};
  const auto give_anew = [&](int64_t ended_milli) {
    give(v1::POINTS_ENTRY_KIND_GIVE_BACK, ended_milli, source, day, grace, today);
  };
  give_anew(give_back_parts(parts_milli, parts, cause, today));
  give_anew(give_back_owed(points_milli - parts_milli, cause, today));
}

int64_t PointsAccount::available_milli(absl::CivilDay day) const {
  int64_t available_milli = 0;
  for (const PointsLot& lot : lots_) {
    if (is_usable(lot, day)) available_milli = sum(available_milli, lot.left_milli);
  }
  return available_milli;
}

int64_t PointsAccount::balance_milli() const {
  int64_t left_milli = 0;
  for (const PointsLot& lot : lots_) left_milli = sum(left_milli, lot.left_milli);
  return left_milli - deficit_milli_;
}

v1::PointsStanding PointsAccount::standing(absl::CivilDay day) const {
  v1::PointsStanding standing;
  standing.set_available_milli(available_milli(day));
  standing.set_deficit_milli(deficit_milli_);
  std::map<absl::CivilDay, int64_t> expiring_milli;
  for (const PointsLot& lot : lots_) {
    standing.set_held_milli(sum(standing.held_milli(), lot.held_milli));
    if (has_ended(lot, day) || lot.left_milli == 0) continue;
    if (lot.usable_day > day) {
      standing.set_pending_milli(sum(standing.pending_milli(), lot.left_milli));
    } else if (lot.expire_day && *lot.expire_day <= day + kExpiringSoonDays) {
      expiring_milli[*lot.expire_day] += lot.left_milli;
    }
  }
  for (const auto& [expire_day, points_milli] : expiring_milli) {
    v1::ExpiringPoints& expiring = *standing.add_expiring();
    expiring.set_expire_date(format_day(expire_day));
    expiring.set_points_milli(points_milli);
  }
  return standing;
}

absl::optional<absl::CivilDay> PointsAccount::next_day(absl::CivilDay after) const {
  absl::optional<absl::CivilDay> next;
  const auto offer = [&](absl::CivilDay day) {
    if (day > after && (!next || day < *next)) next = day;
  };
  for (const PointsLot& lot : lots_) {
    if (lot.left_milli == 0) continue;
    offer(lot.usable_day);
    if (lot.expire_day) offer(*lot.expire_day + 1);
  }
  return next;
}

PointsLot* PointsAccount::find(int64_t number) {
  const auto lot =
      std::lower_bound(lots_.begin(), lots_.end(), number,
                       [](const PointsLot& a, int64_t wanted) { return a.number < wanted; });
  return lot != lots_.end() && lot->number == number ? &*lot : nullptr;
}

std::vector<PointsLot*> PointsAccount::by_end() {
  std::vector<PointsLot*> ordered;
  ordered.reserve(lots_.size());
  for (PointsLot& lot : lots_) ordered.push_back(&lot);
  sort_by_end(ordered);
  return ordered;
}

void PointsAccount::write(v1::PointsEntryKind kind, int64_t points_milli, const Cause& cause,
                          int64_t lot_number) {
  if (points_milli == 0) return;
  entries_.push_back(
      {++last_entry_number_, cause.day, kind, points_milli, cause.source, lot_number});
}

// The end of what is left; never dated before `earliest`, when what is left came to the lot.
void PointsAccount::expire(PointsLot& lot, absl::CivilDay earliest) {
  if (lot.left_milli == 0) return;
  const std::string time;  // has no source
  write(v1::POINTS_ENTRY_KIND_EXPIRE, -lot.left_milli,
        {time, std::max(*lot.expire_day + 1, earliest)}, lot.number);
  move(lot, &PointsLot::left_milli, &PointsLot::expired_milli, lot.left_milli);
}

// What was there on the day of the cause had not expired then; what had expired before is booked
// out and in on one day, so that no sum as of a date changes.
void PointsAccount::unexpire(PointsLot& lot, int64_t points_milli, const Cause& cause) {
  if (points_milli == 0) return;
  move(lot, &PointsLot::expired_milli, &PointsLot::left_milli, points_milli);
  write(v1::POINTS_ENTRY_KIND_EXPIRE, points_milli,
        {cause.source, std::max(*lot.expire_day + 1, cause.day)}, lot.number);
}

void PointsAccount::pay_deficit(PointsLot& lot, int64_t points_milli, const Cause& cause) {
  const int64_t paid_milli = std::min(points_milli, deficit_milli_);
  if (paid_milli == 0) return;
  take_left(lot, paid_milli, v1::POINTS_ENTRY_KIND_DEFICIT, &PointsLot::deficit_paid_milli, cause);
  deficit_milli_ -= paid_milli;
  write(v1::POINTS_ENTRY_KIND_DEFICIT, paid_milli, cause, 0);
}

void PointsAccount::owe(int64_t points_milli, const Cause& cause) {
  deficit_milli_ = sum(deficit_milli_, points_milli);
  write(v1::POINTS_ENTRY_KIND_DEFICIT, -points_milli, cause, 0);
}

// Up to `points_milli` of what is left; how many.
int64_t PointsAccount::take_left(PointsLot& lot, int64_t points_milli, v1::PointsEntryKind kind,
                                 State into, const Cause& cause) {
  const int64_t taken_milli = std::min(points_milli, lot.left_milli);
  if (taken_milli == 0) return 0;
  move(lot, &PointsLot::left_milli, into, taken_milli);
  write(kind, -taken_milli, cause, lot.number);
  return taken_milli;
}

int64_t PointsAccount::take_anywhere(int64_t points_milli, v1::PointsEntryKind kind,
                                     const Cause& cause, bool forgives) {
  for (PointsLot* lot : by_end()) {
    points_milli -= take_left(*lot, points_milli, kind, &PointsLot::reversed_milli, cause);
  }
  if (!forgives) owe(points_milli, cause);
  return points_milli;
}

// Spends from the hold; how many.
int64_t PointsAccount::spend_held(int64_t points_milli, absl::Span<const LotPart> held,
                                  const Cause& cause, Spent& spent) {
  int64_t spent_milli = 0;
  for (const LotPart& part : held) {
    PointsLot* lot = find(part.lot_number);
    if (lot == nullptr) continue;
    const int64_t held_milli = std::min(part.points_milli, lot->held_milli);
    const int64_t used_milli = std::min(held_milli, points_milli - spent_milli);
    if (used_milli > 0) {
      move(*lot, &PointsLot::held_milli, &PointsLot::spent_milli, used_milli);
      write(v1::POINTS_ENTRY_KIND_HOLD, used_milli, cause, lot->number);
      write(v1::POINTS_ENTRY_KIND_SPEND, -used_milli, cause, lot->number);
    }
    add_part(spent.parts, lot->number, used_milli);
    add_part(spent.unused_hold, lot->number, held_milli - used_milli);
    spent_milli += used_milli;
  }
  return spent_milli;
}

// Gives back `points_milli`, at most what the parts hold, to lots that live on; how many were of
// lots that have ended.
int64_t PointsAccount::give_back_parts(int64_t points_milli, std::vector<LotPart>& parts,
                                       const Cause& cause, absl::CivilDay today) {
  int64_t ended_milli = 0;
  std::vector<PointsLot*> ordered = by_end();
  for (auto lot = ordered.rbegin(); lot != ordered.rend(); ++lot) {
    for (LotPart& part : parts) {
      if (part.lot_number != (*lot)->number) continue;
      const int64_t back_milli = std::min(points_milli, part.points_milli);
      part.points_milli -= back_milli;
      points_milli -= back_milli;
      if (back_milli == 0) continue;
      if (has_ended(**lot, cause.day)) {
        ended_milli += back_milli;
        continue;
      }
      move(**lot, &PointsLot::spent_milli, &PointsLot::left_milli, back_milli);
      write(v1::POINTS_ENTRY_KIND_GIVE_BACK, back_milli, cause, (*lot)->number);
      pay_deficit(**lot, back_milli, cause);
      if (has_ended(**lot, today)) expire(**lot, cause.day);
    }
  }
  for (LotPart& part : parts) {  // of lots that were not handed over
    const int64_t back_milli = std::min(points_milli, part.points_milli);
    part.points_milli -= back_milli;
    points_milli -= back_milli;
    ended_milli += back_milli;
  }
  return ended_milli;
}

// Undoes `points_milli` of debt: what is still owed, then what other points paid of it; how many
// find no lot that lives on.
int64_t PointsAccount::give_back_owed(int64_t points_milli, const Cause& cause,
                                      absl::CivilDay today) {
  const int64_t owed_milli = std::min(points_milli, deficit_milli_);
  deficit_milli_ -= owed_milli;
  write(v1::POINTS_ENTRY_KIND_GIVE_BACK, owed_milli, cause, 0);
  points_milli -= owed_milli;
  int64_t ended_milli = 0;
  std::vector<PointsLot*> ordered = by_end();
  for (auto lot = ordered.rbegin(); lot != ordered.rend(); ++lot) {
    const int64_t back_milli = std::min(points_milli, (*lot)->deficit_paid_milli);
    if (back_milli == 0) continue;
    points_milli -= back_milli;
    if (has_ended(**lot, cause.day)) {
      move(**lot, &PointsLot::deficit_paid_milli, &PointsLot::spent_milli, back_milli);
      ended_milli += back_milli;
      continue;
    }
    move(**lot, &PointsLot::deficit_paid_milli, &PointsLot::left_milli, back_milli);
    write(v1::POINTS_ENTRY_KIND_GIVE_BACK, back_milli, cause, (*lot)->number);
    if (has_ended(**lot, today)) expire(**lot, cause.day);
  }
  return ended_milli + points_milli;
}

}  // namespace moadon

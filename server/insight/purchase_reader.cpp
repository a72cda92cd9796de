#include "server/insight/purchase_reader.h"

#include <optional>

#include "absl/functional/function_ref.h"
#include "rules/calendar.h"
#include "server/operations/member_timeline.h"
#include "server/storage/member_scan.h"

namespace moadon {
namespace {

// A member's purchases, in one of two forms.
struct ReadMember {
  // Nothing ever came back, and no merge: each day counts from itself on.
  std::vector<storage::MemberDay> days;
  // Any other.
  std::optional<MemberTimeline> timeline;
};

absl::StatusOr<MemberTimeline> read_timeline(sqlite::Connection& connection,
                                             const storage::ScannedMember& member) {
  const absl::StatusOr<MemberLife> life = member_life(connection, Living(member));
  if (!life.ok()) return life.status();
  return timeline_of(Living(member), *life);
}

// Calls `see` for every member of the range, by id.
absl::Status read_range(sqlite::Connection& connection, const IdRange& range,
                        absl::FunctionRef<void(const ReadMember&)> see) {
  storage::MemberScan members(connection, range.after_id, range.until_id);
  storage::DayReader days(connection, range.after_id, range.until_id);
  storage::ScannedMember member;
  ReadMember read;
  while (true) {
    const absl::StatusOr<bool> found = members.next(member);
    if (!found.ok()) return found.status();
    if (!*found) return absl::OkStatus();
    read.days.clear();
    read.timeline.reset();
    if (member.last_return_day || member.merge_count > 0) {
      absl::StatusOr<MemberTimeline> timeline = read_timeline(connection, member);
      if (!timeline.ok()) return timeline.status();
      read.timeline = *std::move(timeline);
    } else {
      absl::Status done = days.read_until(member.member_id, read.days);
      if (!done.ok()) return done;
    }
    see(read);
  }
}

void add_history(const ReadMember& member, std::vector<int64_t>& scratch,
                 PurchaseHistories& histories) {
  if (member.timeline) {
    histories.add_counted(counted_days(*member.timeline));
    return;
  }
  scratch.clear();
  for (const storage::MemberDay& day : member.days) {
    if (day.units_milli > 0) scratch.push_back(day.day);
  }
  histories.add_plain(scratch);
}

// Of days in (after_day, day].
struct Window {
  int64_t after_day = 0;
  int64_t day = 0;
};

// Empty: the member had not bought by then.
std::optional<WindowSum> sum_plain(const std::vector<storage::MemberDay>& days,
                                   const Window& window) {
  WindowSum sum;
  bool has_bought = false;
  for (const storage::MemberDay& day : days) {
    if (day.day > window.day) break;
    has_bought = has_bought || day.units_milli > 0;
    if (day.day <= window.after_day) continue;
    sum.purchase_days += day.units_milli > 0 ? 1 : 0;
    sum.spend_minor += day.spend_minor;
  }
  if (!has_bought) return std::nullopt;
  return sum;
}

std::optional<WindowSum> sum_counted(const MemberTimeline& member, const Window& window) {
  const std::vector<CountedDay> counted = counted_days(member);
  std::vector<ShortDay> scratch;
  const auto days = MemberDays(counted).as_of(window.day, scratch);
  if (days.empty()) return std::nullopt;
  WindowSum sum;
  for (const ShortDay day : days) sum.purchase_days += day > window.after_day ? 1 : 0;
  for (const SpendFact& fact : member.facts) {
    const int64_t purchase_day = day_number(fact.purchase_day);
    if (day_number(fact.fact_day) > window.day || purchase_day <= window.after_day) continue;
    sum.spend_minor += fact.spend_minor;
  }
  return sum;
}

}  // namespace

absl::StatusOr<std::vector<PurchaseHistories>> read_histories(ClubScan& scan) {
  std::vector<PurchaseHistories> histories(scan.ranges().size());
  const absl::Status read = scan.run([&](sqlite::Connection& connection, size_t i) -> absl::Status {
    std::vector<int64_t> scratch;
    absl::Status done = read_range(connection, scan.ranges()[i], [&](const ReadMember& member) {
      add_history(member, scratch, histories[i]);
    });
    histories[i].shrink();
    return done;
  });
  if (!read.ok()) return read;
  return histories;
}

absl::StatusOr<std::vector<WindowSum>> read_window_sums(ClubScan& scan, int64_t day,
                                                        int64_t window_days) {
  const Window window{day - window_days, day};
  std::vector<std::vector<WindowSum>> pieces(scan.ranges().size());
  const absl::Status read = scan.run([&](sqlite::Connection& connection, size_t i) -> absl::Status {
    return read_range(connection, scan.ranges()[i], [&](const ReadMember& member) {
      const auto sum =
          member.timeline ? sum_counted(*member.timeline, window) : sum_plain(member.days, window);
      if (sum) pieces[i].push_back(*sum);
    });
  });
  if (!read.ok()) return read;
  size_t count = 0;
  for (const std::vector<WindowSum>& piece : pieces) count += piece.size();
  std::vector<WindowSum> sums;
  sums.reserve(count);
  for (std::vector<WindowSum>& piece : pieces) {
    sums.insert(sums.end(), piece.begin(), piece.end());
    std::vector<WindowSum>().swap(piece);
  }
  return sums;
}

}  // namespace moadon

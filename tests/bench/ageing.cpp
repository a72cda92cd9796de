// Measures the ageing of a club on disk: bench_ageing DIR, where nobody serves it. The clock is set
// to the first day on which 0.3% of the members are due. Prints figures as samples.h says: how many
// were due, how many were touched, how many rows of members are others afterwards, and the time it
// took.
#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "server/operations/age_members.h"
#include "server/operations/club.h"
#include "tests/bench/raw_database.h"
#include "tests/bench/samples.h"
#include "tests/bench/standing_clock.h"

namespace moadon::bench {
namespace {

constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;
constexpr int64_t kMembersPerDue = 333;
constexpr int64_t kNoonUs = kDayUs / 2;

AgedMembers age_batch(Club& club) {
  absl::StatusOr<AgedMembers> aged = absl::UnknownError("no answer");
  absl::Notification done;
  age_members(club, [&](absl::StatusOr<AgedMembers> answered) {
    aged = std::move(answered);
    done.Notify();
  });
  done.WaitForNotification();
  if (!aged.ok()) throw std::runtime_error(std::string(aged.status().message()));
  return *aged;
}

int64_t number(RawDatabase& database, const std::string& sql) {
  return database.select(sql).front().front().integer;
}

// What every row of members is, by the order of ids.
std::vector<size_t> fingerprints(RawDatabase& database) {
  std::vector<size_t> prints;
  for (int64_t after_id = 0;;) {
    const Value after{.type = SQLITE_INTEGER, .integer = after_id};
    const std::vector<Row> rows = database.select(
        "SELECT * FROM members WHERE member_id > ? ORDER BY member_id LIMIT 10000", {&after, 1});
    if (rows.empty()) return prints;
    for (const Row& row : rows) {
      std::string text;
      for (const Value& value : row) absl::StrAppend(&text, value.integer, ":", value.bytes, ",");
      prints.push_back(absl::HashOf(text));
    }
    after_id = rows.back().front().integer;
  }
}

void measure(const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/", kClubFileName);
  RawDatabase before(path, SQLITE_OPEN_READONLY);
  const int64_t member_count = number(before, "SELECT COUNT(*) FROM members");
  const int64_t day =
      number(before, absl::StrCat("SELECT next_due_day FROM members WHERE next_due_day IS NOT NULL"
                                  " ORDER BY next_due_day LIMIT 1 OFFSET ",
                                  member_count / kMembersPerDue));
  const std::string is_due = absl::StrCat("next_due_day <= ", day);
  const int64_t due_count =
      number(before, "SELECT COUNT(*) FROM members WHERE next_due_day IS NOT NULL AND " + is_due);
  const std::vector<size_t> rows_before = fingerprints(before);

  const StandingClock clock(day * kDayUs + kNoonUs);
  auto club = Club::open(directory, clock, [](const absl::Status&) {});
  if (!club.ok()) throw std::runtime_error(std::string(club.status().message()));
  const auto start = std::chrono::steady_clock::now();
  int64_t aged_count = 0;
  while (true) {
    const AgedMembers aged = age_batch(**club);
    aged_count += aged.member_count;
    if (!aged.has_more) break;
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  (*club)->stop();

  RawDatabase after(path, SQLITE_OPEN_READONLY);
  const std::vector<size_t> rows_after = fingerprints(after);
  int64_t changed_count = 0;
  for (size_t i = 0; i < rows_before.size(); ++i) {
    if (rows_before[i] != rows_after.at(i)) ++changed_count;
  }
  report(
      {"ageing.due", static_cast<double>(due_count), "members", static_cast<double>(member_count)});
  report({"ageing.touched", static_cast<double>(aged_count), "members",
          static_cast<double>(due_count)});
  report({"ageing.changed", static_cast<double>(changed_count), "rows",
          static_cast<double>(due_count)});
  report({"ageing.time", seconds, "s", std::nullopt});
}

}  // namespace
}  // namespace moadon::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  try {
    if (argc != 2) throw std::runtime_error("which directory?");
    moadon::bench::measure(argv[1]);
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << "bench_ageing: " << failure.what() << std::endl;
    return 1;
  }
}

// Makes a large club: see made_club.h.
#include <chrono>
#include <exception>
#include <iostream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rules/calendar.h"
#include "tests/bench/made_club.h"

namespace moadon::bench {
namespace {

constexpr int kExitUsage = 2;
constexpr int kMembersPerLine = 50'000;

absl::StatusOr<ClubPlan> read_plan(int argc, char** argv) {
  ClubPlan plan;
  plan.until_day = day_number(absl::ToCivilDay(absl::Now(), absl::UTCTimeZone())) - 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    bool is_good = true;
    if (name == "--dir") {
      plan.directory = value;
    } else if (name == "--members") {
      is_good = absl::SimpleAtoi(value, &plan.member_count) && plan.member_count > 0;
    } else if (name == "--seed") {
      is_good = absl::SimpleAtoi(value, &plan.seed);
    } else if (name == "--until") {
      const auto day = parse_day(value, "--until");
      if (!day.ok()) return day.status();
      plan.until_day = day_number(*day);
    } else {
      return absl::InvalidArgumentError(absl::StrCat("no such option: ", name));
    }
    if (!is_good) return absl::InvalidArgumentError(absl::StrCat("not a number: ", name));
  }
  if (argc % 2 == 0 || plan.directory.empty()) {
    return absl::InvalidArgumentError("--dir DIR [--members N] [--seed S] [--until YYYY-MM-DD]");
  }
  return plan;
}

int run(int argc, char** argv) {
  const absl::StatusOr<ClubPlan> plan = read_plan(argc, argv);
  if (!plan.ok()) {
    std::cerr << "bench_make_club: " << plan.status().message() << std::endl;
    return kExitUsage;
  }
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&start] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  int said = 0;
  const auto made = make_club(*plan, [&](int member_count) {
    if (member_count - said < kMembersPerLine) return;
    said = member_count;
    std::cerr << member_count << " members after " << static_cast<int>(seconds()) << " s\n";
  });
  if (!made.ok()) {
    std::cerr << "bench_make_club: " << made.status().message() << std::endl;
    return 1;
  }
  std::cout << "{\"members\": " << plan->member_count << ", \"sales\": " << made->sale_count
            << ", \"returns\": " << made->return_count
            << ", \"purchase_days\": " << made->purchase_day_count << ", \"seconds\": " << seconds()
            << "}" << std::endl;
  return 0;
}

}  // namespace
}  // namespace moadon::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  try {
    return moadon::bench::run(argc, argv);
  } catch (const std::exception& failure) {
    std::cerr << "bench_make_club: " << failure.what() << std::endl;
    return 1;
  }
}

// The same facts in any order of arrival end in the same members, days, moves and sums.
#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/operations/enroll_member.h"
#include "server/operations/report_totals.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr char kToday[] = "2027-03-01T12:00:00Z";
constexpr int kMembers = 4;
constexpr int kSales = 40;
constexpr int kOrders = 8;

// One thing that a register or the owner sends.
using Arrival = std::function<void(TestClub&)>;

std::string day_text(int day) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                          absl::FromUnixMicros(us("2026-01-01T08:00:00Z")) + absl::Hours(24 * day),
                          absl::UTCTimeZone());
}

// A history of a few members at three registers: sales, some with a deposit, some of nobody;
// returns through other registers, of more than was sold, and without receipt; enrolments late and
// repeated.
class History final {
 public:
  explicit History(uint32_t seed) : random_(seed) {
    for (int i = 0; i < kMembers; ++i) add_enrolment(absl::StrCat("c", i));
    for (int i = 0; i < kSales; ++i) add_sale(i);
  }

  const std::vector<Arrival>& arrivals() const { return arrivals_; }

 private:
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  std::string register_id() { return absl::StrCat("r", pick(3)); }

  void add_enrolment(const std::string& card) {
    for (int times = 1 + pick(2); times > 0; --times) {
      const std::string time = day_text(pick(120));
      arrivals_.push_back([card, time](TestClub& test) { test.enroll(card, time); });
    }
  }

  void add_sale(int number) {
    const int day = pick(300);
    const std::string at_register = register_id();
    const std::string card = pick(8) == 0 ? "" : absl::StrCat("c", pick(kMembers));
    v1::Sale made = sale(absl::StrCat("s", number), day_text(day), card,
                         {{"milk", 1000 * (1 + pick(3)), 333}, {"tea", 1000, 1000 + pick(500)}});
    made.mutable_lines(0)->set_paid_net_minor(made.lines(0).quantity_milli() * 300 / 1000);
    if (pick(6) == 0) made.mutable_lines(1)->set_is_deposit(true);
    arrivals_.push_back([at_register, made](TestClub& test) {
      REQUIRE(test.record(at_register, made).has_recorded());
    });
    for (int returns = pick(3); returns > 0; --returns)
      add_return(number, returns, day, at_register, made);
    if (pick(5) == 0) add_unlinked(number, day, card);
  }

  void add_return(int number, int part, int day, const std::string& at_register,
                  const v1::Sale& made) {
    const v1::Line& line = made.lines(pick(2));
    v1::Return back =
        returned_from(at_register, made.receipt(),
                      returned(absl::StrCat("b", number, "-", part), day_text(day + pick(40)),
                               {{line.sku(), 1000 * (1 + pick(2)), line.unit_price_minor()}}));
    const std::string through = register_id();
    arrivals_.push_back(
        [through, back](TestClub& test) { REQUIRE(test.record(through, back).has_recorded()); });
  }

  void add_unlinked(int number, int day, const std::string& card) {
    v1::Return back =
        returned(absl::StrCat("u", number), day_text(day + pick(20)), {{"milk", 1000, 333}});
    if (!card.empty()) back.mutable_key()->set_card(card);
    const std::string through = register_id();
    arrivals_.push_back(
        [through, back](TestClub& test) { REQUIRE(test.record(through, back).has_recorded()); });
  }

  std::mt19937 random_;
  std::vector<Arrival> arrivals_;
};

// Everything that must not depend on the order: the stories, without ids and snapshots, and the
// sums.
std::string outcome(TestClub& test) {
  std::string text;
  for (int i = 0; i < kMembers; ++i) {
    v1::GetMemberResponse story = test.member(absl::StrCat("c", i));
    story.mutable_member()->clear_member_id();
    story.mutable_member()->mutable_facts()->clear_member_id();
    story.mutable_member()->mutable_facts()->clear_snapshot();
    story.mutable_member()->mutable_facts()->clear_seal();
    absl::StrAppend(&text, story.DebugString(), "\n");
  }
  absl::StrAppend(&text, get_totals(test.club())->DebugString());
  for (const char* sum :
       {"SELECT SUM(units_milli * 7 + spend_minor + day * 13) FROM member_days",
        "SELECT SUM(returned_milli * 3 + refunded_minor) FROM sale_lines",
        "SELECT SUM(taken_milli * 3 + taken_refund_minor) FROM return_lines",
        "SELECT SUM(refund_minor + applied_day * 5 + purchase_day) FROM returns",
        "SELECT SUM(next_stage_day) FROM members", "SELECT SUM(last_fact_day) FROM members",
        "SELECT SUM(last_return_day) FROM members", "SELECT SUM(met_time_us) FROM members",
        "SELECT COUNT(*) FROM unclaimed_keys", "SELECT COUNT(*) FROM differences"}) {
    absl::StrAppend(&text, sum, ": ", test.query(sum), "\n");
  }
  return text;
}

std::string outcome_of(const std::vector<Arrival>& arrivals, bool ages_between) {
  TestClub test({"r0", "r1", "r2"});
  // Early arrivals meet an early clock when time passes between them; it only grows.
  int64_t count = 0;
  for (const Arrival& arrive : arrivals) {
    if (ages_between) {
      test.clock().set(us("2026-01-02T12:00:00Z") +
                       count * absl::ToInt64Microseconds(absl::Hours(60)));
      if (++count % 5 == 0) test.age();
    } else {
      test.clock().set(us(kToday));
    }
    arrive(test);
  }
  test.clock().set(us(kToday));
  test.age();
  CHECK(test.verify() == std::vector<std::string>{});
  return outcome(test);
}

TEST_CASE("any order of arrival ends in the same members, days, moves and sums") {
  const uint32_t seed = Catch::rngSeed();
  CAPTURE(seed);
  const History history(seed);
  std::vector<Arrival> arrivals = history.arrivals();
  const std::string in_order = outcome_of(arrivals, /*ages_between=*/false);
  std::mt19937 random(seed);
  for (int i = 0; i < kOrders; ++i) {
    std::shuffle(arrivals.begin(), arrivals.end(), random);
    CAPTURE(i);
    const std::string shuffled = outcome_of(arrivals, /*ages_between=*/i % 2 == 1);
    REQUIRE(shuffled == in_order);
  }
}

TEST_CASE("everything twice, in another order, changes nothing") {
  const uint32_t seed = Catch::rngSeed();
  CAPTURE(seed);
  const History history(seed);
  TestClub test({"r0", "r1", "r2"});
  test.clock().set(us(kToday));
  for (const Arrival& arrive : history.arrivals()) arrive(test);
  const std::string once = outcome(test);
  const int64_t changes = test.query("SELECT SUM(snapshot) FROM members");
  std::vector<Arrival> again = history.arrivals();
  std::reverse(again.begin(), again.end());
  for (const Arrival& arrive : again) arrive(test);
  CHECK(outcome(test) == once);
  CHECK(test.query("SELECT SUM(snapshot) FROM members") == changes);
}

}  // namespace
}  // namespace moadon

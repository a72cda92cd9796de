// Points of sales and returns, through the whole server.
#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "rules/calendar.h"
#include "rules/test_program.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

// One point per 1.00, for 60 days; a point pays 0.01.
constexpr char kPoints[] =
    "time_zone: 'UTC' points {"
    " earn_rules { rule_id: 'base' per_amount { points_milli: 1000 amount_minor: 100 } }"
    " expiry_days: 60"
    " spending { thousand_points_value_minor: 1000 step_milli: 1000 } }"
    " return_grace_days: 5";

v1::PointsStanding points(TestClub& test, const std::string& card) {
  return test.member(card).member().facts().points();
}

int64_t balance(TestClub& test) {
  return test.query("SELECT COALESCE(SUM(points_milli), 0) FROM points_entries");
}

int64_t balance_on(TestClub& test, const std::string& date) {
  const int64_t day = day_number(parse_day(date, "").value());
  return test.query(
      "SELECT COALESCE(SUM(points_milli), 0) FROM points_entries WHERE entry_day <= " +
      std::to_string(day));
}

// A sale that wants to pay with points.
v1::Sale spending(v1::Sale sale, int64_t points_milli) {
  sale.set_spend_points_milli(points_milli);
  return sale;
}

v1::Sale of_5000(const std::string& receipt, absl::string_view time, const std::string& card) {
  return sale(receipt, time, card, {{"milk", 5000, 1000}});
}

v1::Return of_milk(const std::string& receipt, absl::string_view time, int64_t quantity_milli,
                   const std::string& original) {
  return returned_from("r1", original, returned(receipt, time, {{"milk", quantity_milli, 1000}}));
}

// Every point is in one state, entries tell how it came there, and lots and deficit sum to them.
void check_ledger(TestClub& test) {
  CHECK(test.query("SELECT COUNT(*) FROM points_lots l WHERE left_milli <> (SELECT"
                   " COALESCE(SUM(points_milli), 0) FROM points_entries e WHERE e.member_id ="
                   " l.member_id AND e.lot_number = l.lot_number)") == 0);
  CHECK(test.query("SELECT COUNT(*) FROM members m WHERE -points_deficit_milli <> (SELECT"
                   " COALESCE(SUM(points_milli), 0) FROM points_entries e WHERE e.member_id ="
                   " m.member_id AND e.lot_number = 0)") == 0);
  CHECK(test.query("SELECT COUNT(*) FROM members m WHERE points_entry_number <> (SELECT COUNT(*)"
                   " FROM points_entries e WHERE e.member_id = m.member_id)") == 0);
  CHECK(test.verify() == std::vector<std::string>{});
}

TEST_CASE("a sale earns a lot that lives from its own day on") {
  TestClub test(program_with(kPoints));
  test.enroll("c1", "2026-01-01T09:00:00Z");
  REQUIRE(test.record("r1", of_5000("1", "2026-01-01T10:00:00Z", "c1")).has_recorded());
  CHECK(points(test, "c1").available_milli() == 50'000);
  REQUIRE(points(test, "c1").expiring_size() == 1);
  CHECK(points(test, "c1").expiring(0).expire_date() == "2026-03-02");
  CHECK(balance_on(test, "2025-12-31") == 0);
  CHECK(balance_on(test, "2026-01-01") == 50'000);
  const v1::RecordedSale recorded = test.recorded("r1", "1");
  CHECK(recorded.verdict().points().earned_milli() == 50'000);
  CHECK(recorded.points_kept_milli() == 50'000);
  CHECK(recorded.differences().empty());
  check_ledger(test);
}

TEST_CASE("points are the same whether a sale named facts, a key, or came before the enrolment") {
  const auto earned = [](const std::string& how) {
    TestClub test(program_with(kPoints));
    if (how != "claimed") test.enroll("c1", "2026-01-01T09:00:00Z");
    const v1::RecordContext context = how == "facts" ? test.context("c1") : v1::RecordContext();
    test.record("r1", of_5000("1", "2026-01-01T10:00:00Z", "c1"), context);
    test.record("r1", of_milk("2", "2026-01-01T11:00:00Z", 2000, "1"));
    if (how == "claimed") test.enroll("c1", "2026-01-01T11:30:00Z");
    check_ledger(test);
    CHECK(test.recorded("r1", "1").points_kept_milli() == 30'000);
    return points(test, "c1").available_milli();
  };
  CHECK(earned("facts") == 30'000);
  CHECK(earned("key") == 30'000);
  CHECK(earned("claimed") == 30'000);
}

TEST_CASE("a lot that arrives after its own end is entered and expired together, on its days") {
  TestClub test(program_with(kPoints));
  test.enroll("c1", "2025-01-01T09:00:00Z");
  test.record("r1", of_5000("1", "2025-02-01T10:00:00Z", "c1"));
  CHECK(points(test, "c1").available_milli() == 0);
  CHECK(balance_on(test, "2025-02-01") == 50'000);
  CHECK(balance_on(test, "2025-04-02") == 50'000);
  CHECK(balance_on(test, "2025-04-03") == 0);
  CHECK(test.query("SELECT COUNT(*) FROM points_entries") == 2);
  check_ledger(test);
}

TEST_CASE("points expire at the end of their last day, with or without the ageing job") {
  TestClub test(program_with(kPoints));
  test.enroll("c1", "2026-01-01T09:00:00Z");
  test.record("r1", of_5000("1", "2026-01-01T10:00:00Z", "c1"));
  test.clock().set(us("2026-03-02T23:59:59Z"));
  CHECK(points(test, "c1").available_milli() == 50'000);
  test.clock().set(us("2026-03-03T00:00:00Z"));
  CHECK(points(test, "c1").available_milli() == 0);
  CHECK(balance(test) == 50'000);
  const int64_t snapshot = test.member("c1").member().facts().snapshot();
  test.clock().set(us("2026-03-09T00:00:00Z"));
  test.age();
  CHECK(balance(test) == 0);
  CHECK(balance_on(test, "2026-03-02") == 50'000);
  CHECK(balance_on(test, "2026-03-03") == 0);
  CHECK(test.member("c1").member().facts().snapshot() > snapshot);
  check_ledger(test);
}

TEST_CASE("a sale of the future gives points from its own day on") {
  TestClub test(program_with(kPoints));
  test.enroll("c1", "2026-01-01T09:00:00Z");
  test.record("r1", of_5000("1", "2026-01-05T10:00:00Z", "c1"));
  CHECK(points(test, "c1").available_milli() == 0);
  CHECK(points(test, "c1").pending_milli() == 50'000);
  test.clock().set(us("2026-01-05T00:00:00Z"));
  CHECK(points(test, "c1").available_milli() == 50'000);
  check_ledger(test);
}

TEST_CASE("points pay for a sale, earn nothing, and come back with their old end") {
  TestClub test(program_with(kPoints));
  test.enroll("c1", "2026-01-01T09:00:00Z");
  test.record("r1", of_5000("1", "2026-01-01T10:00:00Z", "c1"));
  const v1::Sale paid =
      spending(sale("2", "2026-01-01T11:00:00Z", "c1", {{"milk", 2000, 1000}}), 50'000);
  REQUIRE(test.record("r1", paid, test.context("c1")).has_recorded());
  // 20.00, of which 0.50 with points; 19 points for the 19.50 in money.
  CHECK(points(test, "c1").available_milli() == 19'000);
  v1::RecordedSale recorded = test.recorded("r1", "2");
  CHECK(recorded.verdict().points().spent_milli() == 50'000);
  CHECK(recorded.paid_net_minor() == 2000);
  REQUIRE(recorded.receipt().kept_lines_size() == 1);
  CHECK(recorded.receipt().kept_lines(0).refund_minor() == 2000);
  CHECK(recorded.receipt().kept_lines(0).points_minor() == 50);
  CHECK(recorded.receipt().kept_lines(0).points_milli() == 50'000);

  test.record("r1", of_milk("3", "2026-01-01T11:30:00Z", 1000, "2"));
  recorded = test.recorded("r1", "2");
  CHECK(recorded.receipt().kept_lines(0).refund_minor() == 1000);
  CHECK(recorded.receipt().kept_lines(0).points_milli() == 25'000);
  CHECK(recorded.points_kept_milli() == 9'000);
  CHECK(points(test, "c1").available_milli() == 25'000 + 9'000);
  test.record("r1", of_milk("4", "2026-01-01T11:40:00Z", 1000, "2"));
  CHECK(points(test, "c1").available_milli() == 50'000);
  REQUIRE(points(test, "c1").expiring_size() == 1);
  CHECK(points(test, "c1").expiring(0).expire_date() == "2026-03-02");
  check_ledger(test);
}

TEST_CASE("points that come back after their end are good for the days of grace") {
  TestClub test(program_with(kPoints));
  test.enroll("c1", "2026-01-01T09:00:00Z");
  test.record("r1", of_5000("1", "2026-01-01T10:00:00Z", "c1"));
  const v1::Sale paid =
      spending(sale("2", "2026-01-01T11:00:00Z", "c1", {{"milk", 1000, 1000}}), 50'000);
  test.record("r1", paid, test.context("c1"));
  test.clock().set(us("2026-03-10T12:00:00Z"));
  test.record("r1", of_milk("3", "2026-03-10T11:00:00Z", 1000, "2"));
  CHECK(points(test, "c1").available_milli() == 50'000);
  REQUIRE(points(test, "c1").expiring_size() == 1);
  CHECK(points(test, "c1").expiring(0).expire_date() == "2026-03-15");
  check_ledger(test);
}

TEST_CASE("points spent twice are owed, by name, and the next points pay") {
  TestClub test(program_with(kPoints), {"r1", "r2"});
  test.enroll("c1", "2026-01-01T09:00:00Z");
  test.record("r1", of_5000("1", "2026-01-01T10:00:00Z", "c1"));
  const v1::RecordContext before = test.context("c1");
  const auto paid = [](const std::string& receipt) {
    return spending(sale(receipt, "2026-01-01T11:00:00Z", "c1", {{"milk", 1000, 100}}), 50'000);
  };
  test.record("r1", paid("2"), before);
  const v1::Sale again = paid("1");
  test.record("r2", again, before);
  const v1::RecordedSale recorded = test.recorded("r2", "1");
  REQUIRE(recorded.differences_size() == 1);
  CHECK(recorded.differences(0).points_overspent().points_milli() == 50'000);
  CHECK(points(test, "c1").available_milli() == 0);
  CHECK(points(test, "c1").deficit_milli() == 50'000);
  const std::string facts = test.context("c1").facts().SerializeAsString();
  REQUIRE(test.record("r2", again, before).has_recorded());
  CHECK(test.context("c1").facts().SerializeAsString() == facts);

  test.record("r1", of_5000("3", "2026-01-01T11:30:00Z", "c1"));
  CHECK(points(test, "c1").deficit_milli() == 0);
  CHECK(points(test, "c1").available_milli() == 0);
  // What was overspent comes back as points once the debt is paid.
  test.record(
      "r1", returned_from("r2", "1", returned("4", "2026-01-01T11:40:00Z", {{"milk", 1000, 100}})));
  CHECK(points(test, "c1").available_milli() == 50'000);
  check_ledger(test);
}

TEST_CASE("a bought and returned reward is no profit: what was spent meanwhile is owed") {
  for (const bool forgives : {false, true}) {
    v1::Program program = program_with(kPoints);
    program.mutable_points()->set_forgives_deficit(forgives);
    TestClub test(program);
    test.enroll("c1", "2026-01-01T09:00:00Z");
    test.record("r1", of_5000("1", "2026-01-01T10:00:00Z", "c1"));
    test.record("r1",
                spending(sale("2", "2026-01-01T11:00:00Z", "c1", {{"milk", 1000, 100}}), 40'000),
                test.context("c1"));
    CHECK(points(test, "c1").available_milli() == 10'000);
    test.record("r1", of_milk("3", "2026-01-01T11:30:00Z", 5000, "1"));
    CHECK(points(test, "c1").available_milli() == 0);
    CHECK(points(test, "c1").deficit_milli() == (forgives ? 0 : 40'000));
    const v1::RecordedSale recorded = test.recorded("r1", "3");
    REQUIRE(recorded.differences_size() == 1);
    CHECK(recorded.differences(0).points_used_elsewhere().points_milli() == 40'000);
    check_ledger(test);
  }
}

TEST_CASE("the end of returns depends only on what was kept") {
  // Of 7 units at 3.33: 23.31, 23 points.
  const auto end_of = [](const std::vector<int64_t>& parts, bool before_delivery) {
    TestClub test(program_with(kPoints));
    test.enroll("c1", "2026-01-01T09:00:00Z");
    test.record("r1", of_5000("0", "2026-01-01T09:30:00Z", "c1"));
    const v1::Sale first =
        spending(sale("1", "2026-01-01T10:00:00Z", "c1", {{"milk", 7000, 333}}), 50'000);
    const v1::RecordContext context = test.context("c1");
    if (!before_delivery) test.record("r1", first, context);
    for (size_t i = 0; i < parts.size(); ++i) {
      const std::string receipt = "r" + std::to_string(i);
      test.record("r1", returned_from(
                            "r1", "1",
                            returned(receipt, "2026-01-01T11:00:00Z", {{"milk", parts[i], 333}})));
    }
    if (before_delivery) test.record("r1", first, context);
    check_ledger(test);
    const v1::RecordedSale recorded = test.recorded("r1", "1");
    const v1::KeptLine& kept = recorded.receipt().kept_lines(0);
    return std::vector<int64_t>{points(test, "c1").available_milli(),
                                points(test, "c1").deficit_milli(),
                                recorded.points_kept_milli(),
                                kept.kept_milli(),
                                kept.refund_minor(),
                                kept.points_minor(),
                                kept.points_milli()};
  };
  const std::vector<int64_t> at_once = end_of({3000}, false);
  CHECK(at_once[2] == 13'000);  // of 13.32 less points, 13 points
  CHECK(end_of({1000, 1000, 1000}, false) == at_once);
  CHECK(end_of({2000, 1000}, false) == at_once);
  CHECK(end_of({3000}, true) == at_once);
  CHECK(end_of({1000, 2000}, true) == at_once);
  const std::vector<int64_t> all = end_of({7000}, false);
  CHECK(all == std::vector<int64_t>{50'000, 0, 0, 0, 0, 0, 0});
  CHECK(end_of({1000, 5000, 1000}, true) == all);
}

TEST_CASE("sums as of any day do not depend on the order in which returns arrived") {
  // Two units at 0.50 earn a point together; the first return to count takes it, whichever comes.
  const auto sums = [](std::vector<int> order) {
    TestClub test(program_with(kPoints));
    test.clock().set(us("2026-02-01T12:00:00Z"));
    test.enroll("c1", "2026-01-01T09:00:00Z");
    const auto one = [](const std::string& receipt, const std::string& date) {
      return returned_from("r1", "1", returned(receipt, date + "T10:00:00Z", {{"milk", 1000, 50}}));
    };
    for (const int i : order) {
      if (i == 0) {
        test.record("r1", sale("1", "2026-01-01T10:00:00Z", "c1", {{"milk", 2000, 50}}));
      } else {
        test.record("r1", one("r" + std::to_string(i), i == 1 ? "2026-01-10" : "2026-01-20"));
      }
    }
    check_ledger(test);
    return std::vector<int64_t>{balance_on(test, "2026-01-09"), balance_on(test, "2026-01-10"),
                                balance_on(test, "2026-01-19"), balance_on(test, "2026-01-20")};
  };
  const std::vector<int64_t> expected = {1000, 0, 0, 0};
  CHECK(sums({0, 1, 2}) == expected);
  CHECK(sums({0, 2, 1}) == expected);
  CHECK(sums({1, 2, 0}) == expected);
  CHECK(sums({2, 0, 1}) == expected);
}

TEST_CASE("points that came back are dated alike in whatever order the returns arrived") {
  // 50 points over 3 units: 16.667 with the first to come back, 16.666 with the second.
  const auto sums = [](std::vector<std::string> dates) {
    TestClub test(program_with(kPoints));
    test.clock().set(us("2026-02-01T12:00:00Z"));
    test.enroll("c1", "2026-01-01T09:00:00Z");
    test.record("r1", of_5000("1", "2026-01-01T10:00:00Z", "c1"));
    test.record("r1",
                spending(sale("2", "2026-01-02T10:00:00Z", "c1", {{"milk", 3000, 1000}}), 50'000),
                test.context("c1"));
    for (const std::string& date : dates) {
      test.record("r1", of_milk(date, date + "T10:00:00Z", 1000, "2"));
    }
    check_ledger(test);
    std::vector<int64_t> by_day;
    for (int day = 1; day <= 31; ++day) {
      by_day.push_back(balance_on(test, format_day(absl::CivilDay(2026, 1, day))));
    }
    return by_day;
  };
  const std::vector<int64_t> expected = sums({"2026-01-10", "2026-01-20"});
  CHECK(expected[19 - 1] == expected[2 - 1] + 16'667 - 10'000);
  CHECK(sums({"2026-01-20", "2026-01-10"}) == expected);
}

// A sale, or a return of one.
struct Document {
  int original = -1;  // of a return: which sale
  std::string date;
  int64_t quantity_milli = 0;
};

std::vector<Document> history(std::mt19937& random) {
  const auto pick = [&random](int from, int until) {
    return std::uniform_int_distribution<int>(from, until)(random);
  };
  const absl::CivilDay first(2026, 1, 1);
  std::vector<Document> documents;
  for (int i = 0; i < 8; ++i) {
    documents.push_back({-1, format_day(first + pick(0, 120)), 1000 * pick(1, 5)});
  }
  for (int i = 0; i < 12; ++i) {
    documents.push_back({pick(0, 7), format_day(first + pick(0, 150)), 500 * pick(1, 6)});
  }
  return documents;
}

// What the ledger says as of days through the history, when it was delivered in this order.
std::vector<int64_t> sums_after(const std::vector<Document>& documents,
                                const std::vector<size_t>& order) {
  TestClub test(program_with(kPoints));
  test.clock().set(us("2026-06-15T12:00:00Z"));
  test.enroll("c1", "2026-01-01T09:00:00Z");
  for (const size_t i : order) {
    const Document& each = documents[i];
    const std::string receipt = std::to_string(i);
    const std::string time = each.date + "T10:00:00Z";
    const std::vector<TestLine> lines = {{"milk", each.quantity_milli, 333}};
    if (each.original < 0) {
      test.record("r1", sale(receipt, time, "c1", lines));
    } else {
      test.record(
          "r1", returned_from("r1", std::to_string(each.original), returned(receipt, time, lines)));
    }
  }
  check_ledger(test);
  std::vector<int64_t> sums;
  for (int day = 0; day <= 165; ++day) {
    sums.push_back(balance_on(test, format_day(absl::CivilDay(2026, 1, 1) + day)));
  }
  return sums;
}

TEST_CASE("what the ledger says of any day does not depend on the order of arrival") {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const std::vector<Document> documents = history(random);
    std::vector<size_t> order(documents.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const std::vector<int64_t> expected = sums_after(documents, order);
    for (int i = 0; i < 3; ++i) {
      std::shuffle(order.begin(), order.end(), random);
      CHECK(sums_after(documents, order) == expected);
    }
  }
}

TEST_CASE("the sale of nobody earns nothing, and a club without points keeps none") {
  TestClub test(program_with(kPoints));
  test.record("r1", of_5000("1", "2026-01-01T10:00:00Z", ""));
  CHECK(test.query("SELECT COUNT(*) FROM sale_verdicts") == 0);
  TestClub plain;
  plain.enroll("c1", "2026-01-01T09:00:00Z");
  plain.record("r1", of_5000("1", "2026-01-01T10:00:00Z", "c1"), plain.context("c1"));
  plain.record("r1", of_milk("2", "2026-01-01T11:00:00Z", 1000, "1"));
  for (const char* table : {"points_entries", "points_lots", "sale_verdicts", "benefit_uses",
                            "club_uses", "rights", "differences"}) {
    INFO(table);
    CHECK(plain.query(std::string("SELECT COUNT(*) FROM ") + table) == 0);
  }
  CHECK_FALSE(plain.member("c1").member().facts().has_points());
}

}  // namespace
}  // namespace moadon

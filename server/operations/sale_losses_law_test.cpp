// Laws of the loss account: what it sums to, and that neither order nor split of returns matter.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "rules/durations.h"
#include "server/operations/test_losses.h"
#include "server/operations/test_merges.h"
#include "tests/catch.h"

namespace moadon {
namespace {

// The account's sum is what all sales paid with points less what the ledger had of them.
TEST_CASE("whatever registers spend at once, losses are what they spent less what was there") {
  const uint32_t seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto pick = [&](int below) {
    return std::uniform_int_distribution<int>(0, below - 1)(random);
  };
  for (int round = 0; round < 6; ++round) {
    LossShop shop;
    v1::RecordContext stale = shop.terms();
    int64_t spent_minor = 0;
    for (int i = 0; i < 12; ++i) {
      if (pick(4) == 0) shop.give_points(1000 * (1 + pick(30)), absl::StrCat("gift", i));
      if (pick(3) == 0) stale = shop.terms();
      const std::string at_register = absl::StrCat("r", 1 + pick(3));
      const std::string receipt = absl::StrCat("s", i);
      shop.sell(at_register, receipt, {{"milk", 1000, 5000}}, 1000 * (1 + pick(60)), stale);
      spent_minor += shop.test.recorded(at_register, receipt).verdict().points().spent_minor();
    }
    const int64_t was_there_milli = -shop.test.query(
        "SELECT COALESCE(SUM(points_milli), 0) FROM points_entries WHERE kind = 2");
    CHECK(shop.total_minor() == spent_minor - was_there_milli / 1000);
    CHECK(shop.points().deficit_milli() == 0);
    shop.check();
  }
}

// Members who become one and two again while registers without the server sell to both.
class Restless final {
 public:
  explicit Restless(uint32_t seed)
      : shop_(absl::StrCat(kLossProgram,
                           " points { expiry_days: 12 earn_rules { rule_id: 'all'"
                           " per_amount { points_milli: 1000 amount_minor: 100 } } }")),
        random_(seed) {
    other_id_ = shop_.test.enroll("c2", "2026-01-01T08:00:00Z");
    learn();
  }

  void act() {
    now_us_ += pick(30) * kHourUs;
    shop_.test.clock().set(now_us_);
    switch (pick(9)) {
      case 0:
        return shop_.give_points(1000 * (1 + pick(40)), absl::StrCat("gift", ++names_));
      case 1:
        return learn();
      case 2:
        return merge_or_undo();
      case 3:
        shop_.test.age();
        return;
      case 4:
      case 5:
        return bring_back();
      default:
        return sell();
    }
  }

  void check() {
    shop_.check();
    const int64_t was_there_milli = -shop_.test.query(
        "SELECT COALESCE(SUM(points_milli), 0) FROM points_entries WHERE kind = 2");
    const int64_t lost_milli = shop_.test.query(
        "SELECT COALESCE(SUM(points_milli), 0) FROM losses WHERE receipt LIKE 's%'");
    CHECK(was_there_milli + lost_milli == spent_milli_);
    CHECK(shop_.test.query("SELECT COUNT(*) FROM (SELECT SUM(points_milli) AS points,"
                           " SUM(amount_minor) AS amount FROM losses GROUP BY sale_id, kind,"
                           " benefit_id) WHERE points < 0 OR amount < 0") == 0);
  }

  int64_t loss_count() { return shop_.test.query("SELECT COUNT(*) FROM losses"); }

 private:
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  std::string any_register() { return absl::StrCat("r", 1 + pick(3)); }
  std::string any_time() {
    const int64_t time_us = std::max(us("2026-01-01T09:00:00Z"), now_us_ - pick(120) * kHourUs);
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMicros(time_us),
                            absl::UTCTimeZone());
  }

  // The registers hear of the server.
  void learn() {
    for (const char* card : {"c1", "c2"}) known_[card] = under_terms(shop_.test.context(card));
  }

  void merge_or_undo() {
    const std::string number = std::to_string(++names_);
    const std::string& lost = shop_.member_id;
    if (shop_.test.query("SELECT COUNT(*) FROM members WHERE merged_into IS NOT NULL") == 0) {
      REQUIRE(merge(shop_.test, other_id_, lost, "m" + number).ok());
    } else {
      REQUIRE(undo(shop_.test, lost, "u" + number).ok());
    }
  }

  void sell() {
    const std::string card = pick(2) == 0 ? "c1" : "c2";
    const std::string receipt = absl::StrCat("s", ++names_);
    const std::string at = any_register();
    const v1::Sale made = paying(
        sale(receipt, any_time(), card, {{"tea", 1000 * (1 + pick(5)), 133}, {"cup"}, {"pot"}}),
        1000 * pick(120));
    shop_.sell(at, made, known_[card]);
    spent_milli_ += shop_.test.recorded(at, receipt).verdict().points().spent_milli();
    sold_.push_back({at, receipt});
  }

  void bring_back() {
    if (sold_.empty()) return;
    const auto& [at, receipt] = sold_[pick(static_cast<int>(sold_.size()))];
    std::vector<TestLine> lines = {{"tea", 1000 * (1 + pick(3)), 133}};
    if (pick(3) == 0) lines.push_back({pick(2) == 0 ? "cup" : "pot"});
    const v1::Return back =
        returned_from(at, receipt, returned(absl::StrCat("b", ++names_), any_time(), lines));
    REQUIRE(shop_.test.record(any_register(), back).has_recorded());
  }

  LossShop shop_;
  std::string other_id_;
  std::mt19937 random_;
  int64_t now_us_ = us("2026-01-02T10:00:00Z");
  int names_ = 0;
  int64_t spent_milli_ = 0;
  std::map<std::string, v1::RecordContext> known_;
  std::vector<std::pair<std::string, std::string>> sold_;
};

TEST_CASE("the account holds while members merge, points end and goods come back") {
  const uint32_t seed = Catch::rngSeed();
  CAPTURE(seed);
  int64_t loss_count = 0;
  for (uint32_t round = 0; round < 8; ++round) {
    Restless restless(seed + round);
    for (int i = 0; i < 30; ++i) restless.act();
    restless.check();
    loss_count += restless.loss_count();
  }
  CHECK(loss_count > 0);
}

// Returns of one sale, the sale among them: what is left of account and points in the end.
std::string outcome(const std::vector<v1::Return>& returns, const v1::Sale& made, size_t sale_at) {
  LossShop shop;
  shop.grant("coupon");
  const v1::RecordContext stale = shop.terms();
  shop.sell("r1", "1", {{"milk", 1000, 5000}, {"cup"}, {"pot"}, {"bread"}}, 63'000, stale);
  shop.test.clock().set(us("2026-01-20T12:00:00Z"));
  for (size_t i = 0; i <= returns.size(); ++i) {
    if (i == sale_at) shop.sell("r2", made, stale);
    if (i < returns.size()) REQUIRE(shop.test.record("r3", returns[i]).has_recorded());
  }
  shop.check();
  std::string text = absl::StrCat(shop.points().available_milli(), " points\n");
  // What each receipt comes to, not in how many rows.
  std::map<std::string, std::pair<int64_t, int64_t>> sums;
  const v1::ListLossesResponse all = shop.all();
  for (const v1::Loss& loss : all.losses()) {
    auto& [points_milli, amount_minor] =
        sums[absl::StrCat(loss.business_date(), " ", loss.receipt(), " ", loss.limit().benefit_id(),
                          loss.right().benefit_id())];
    points_milli += loss.points().points_milli();
    amount_minor += loss.amount_minor();
  }
  for (const auto& [name, sum] : sums) {
    if (sum == std::pair<int64_t, int64_t>()) continue;
    absl::StrAppend(&text, name, ": ", sum.first, " points, ", sum.second, "\n");
  }
  for (int day = 1; day < 20; ++day) {
    absl::StrAppend(
        &text,
        shop.test.query(absl::StrCat("SELECT COALESCE(SUM(points_milli), 0) FROM points_entries"
                                     " WHERE entry_day <= 20453 + ",
                                     day)),
        " ");
  }
  return text;
}

TEST_CASE("returns in any order, before the sale too, leave the same losses and points") {
  const uint32_t seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto pick = [&](int below) {
    return std::uniform_int_distribution<int>(0, below - 1)(random);
  };
  const std::vector<TestLine> sold = {{"tea", 5000, 33},
                                      {"salt", 3000, 77},
                                      {"cup", 2000, 1000},
                                      {"pot", 2000, 900},
                                      {"bread", 2000, 800}};
  for (int round = 0; round < 4; ++round) {
    const v1::Sale made = paying(sale("2", "2026-01-02T10:00:00Z", "c1", sold), 98'000);
    std::vector<v1::Return> returns;
    for (int i = 1 + pick(5); i > 0; --i) {
      std::vector<TestLine> lines;
      for (const TestLine& line : sold) {
        if (pick(2) == 0) lines.push_back({line.sku, 1000 * (1 + pick(2)), line.unit_price_minor});
      }
      if (lines.empty()) lines.push_back({"tea", 1000, 33});
      returns.push_back(
          returned_from("r2", "2",
                        returned(absl::StrCat("b", i),
                                 absl::StrCat("2026-01-", 10 + pick(8), "T10:00:00Z"), lines)));
    }
    const std::string in_order = outcome(returns, made, 0);
    for (int order = 0; order < 4; ++order) {
      std::shuffle(returns.begin(), returns.end(), random);
      REQUIRE(outcome(returns, made, pick(static_cast<int>(returns.size()) + 1)) == in_order);
    }
  }
}

TEST_CASE("losses end alike however the same units come back") {
  const uint32_t seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto total_of = [&](int units, int returns) {
    LossShop shop;
    const v1::RecordContext stale = shop.terms();
    shop.sell("r1", "1", {{"milk", 1000, 5000}}, 63'000, stale);
    shop.sell("r2", "1", {{"tea", 7000, 33}}, 97'000, stale);
    for (int i = 0; i < returns; ++i) {
      const int rest = returns - i - 1;
      const int taken =
          rest == 0 ? units : std::uniform_int_distribution<int>(1, units - rest)(random);
      units -= taken;
      shop.bring_back(absl::StrCat("b", i), "r2", "1", {{"tea", 1000 * taken, 33}});
    }
    shop.check();
    return std::make_pair(shop.total_minor(), shop.points().available_milli());
  };
  for (const int units : {2, 4, 5, 7}) {
    const auto at_once = total_of(units, 1);
    CHECK(total_of(units, units) == at_once);
    CHECK(total_of(units, 2) == at_once);
    if (units == 7) CHECK(at_once == std::make_pair(int64_t{0}, int64_t{37'000}));
  }
}

}  // namespace
}  // namespace moadon

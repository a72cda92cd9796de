// What time it is, for an agent whose machine's clock is set by anybody.
#include "client/agent/trusted_clock.h"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "client/agent/offline_shop.h"
#include "rules/calendar.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr int64_t kDaySeconds = 86'400;

// Half off with the code SPRING until 2027-01-20, for anyone; with the code MEMBERS, for members.
v1::Program spring_program() {
  v1::Program program = program_of("en");
  for (const char* code : {"SPRING", "MEMBERS"}) {
    v1::Benefit& benefit = *program.add_benefits();
    benefit.set_benefit_id(code);
    benefit.set_title(code);
    benefit.set_for_anyone(benefit.benefit_id() == "SPRING");
    benefit.add_conditions()->mutable_coupon_code()->add_codes(code);
    benefit.add_conditions()->mutable_dates()->set_until_date("2027-01-20");
    benefit.mutable_effect()->mutable_percent_off_basket()->set_percent_bps(5000);
  }
  return program;
}

int64_t price(OfflineShop& shop, const std::string& member_id, const std::string& code) {
  return shop.quote(OfflineShop::basket(member_id, 0, code)).total_minor();
}

// The machine starts anew and its clock says something else; the server does not answer.
void restart(OfflineShop& shop, int64_t seconds) {
  shop.till.reset();
  shop.agent.reset();
  shop.set_clock.restart_machine();
  shop.set_clock.set(seconds);
  shop.open();
}

TEST_CASE("a coupon that ended is not revived by a clock that is put back, nor by a restart") {
  OfflineShop shop(spring_program());
  shop.go_offline();
  const std::string member_id = made_member_id(1);
  restart(shop, kFakeServerSeconds + kDaySeconds);
  CHECK(price(shop, "", "SPRING") == 500);
  CHECK(price(shop, member_id, "MEMBERS") == 500);
  restart(shop, kFakeServerSeconds + 10 * kDaySeconds);
  CHECK(price(shop, "", "SPRING") == 1000);
  shop.set_clock.set(kFakeServerSeconds + kDaySeconds);
  CHECK(price(shop, "", "SPRING") == 1000);
  CHECK(price(shop, member_id, "MEMBERS") == 1000);
  const auto quoted = shop.quote(OfflineShop::basket("", 0, "SPRING"));
  CHECK(quoted.reference().offline().latest_date() == "2027-01-25");
  // The sale writes down the latest time in its own transaction.
  REQUIRE(
      shop.commit("1", OfflineShop::basket("", 0, "SPRING"), quoted.reference())->total_minor() ==
      1000);
  restart(shop, kFakeServerSeconds + kDaySeconds);
  CHECK(price(shop, "", "SPRING") == 1000);
  CHECK(price(shop, member_id, "MEMBERS") == 1000);

  // The server knows better: the machine had run ahead.
  shop.go_online();
  CHECK(eventually([&] { return price(shop, "", "SPRING") == 500; }));
  CHECK(eventually([&] { return shop.till->status().undelivered_count() == 0; }));
}

TEST_CASE("what begins is judged by the machine's clock while the server's time is not known") {
  v1::Program program = spring_program();
  for (v1::Benefit& benefit : *program.mutable_benefits()) {
    benefit.mutable_conditions(1)->mutable_dates()->set_from_date("2027-01-18");
  }
  OfflineShop shop(program);
  CHECK(price(shop, "", "SPRING") == 1000);
  shop.go_offline();
  restart(shop, kFakeServerSeconds + 4 * kDaySeconds);
  CHECK(price(shop, "", "SPRING") == 500);
  // By the latest time it has begun, by the machine's clock it has not.
  shop.set_clock.set(kFakeServerSeconds);
  CHECK(price(shop, "", "SPRING") == 1000);
}

TEST_CASE("the server's time is known after a restart of the agent, whatever the clock is set to") {
  OfflineShop shop(spring_program());
  shop.go_offline();
  shop.open();  // writes nothing: the first run did
  for (const int64_t seconds : {int64_t{0}, int64_t{915'148'800}, kFakeServerSeconds * 2}) {
    shop.till.reset();
    shop.agent.reset();
    shop.set_clock.set(seconds);
    shop.open();
    const auto quoted = shop.quote(OfflineShop::basket(made_member_id(1), 0, "MEMBERS"));
    CHECK(std::abs(quoted.reference().priced_at().seconds() - kFakeServerSeconds) < 600);
    CHECK(quoted.total_minor() == 500);
  }
}

// What a basket with the code costs at the moment that the register's clock shows.
v1::Quote quote_at(OfflineShop& shop, const std::string& code, int64_t time_us) {
  v1::Basket basket = OfflineShop::basket("", 0, code);
  *basket.mutable_at() = timestamp_of(time_us);
  return shop.quote(basket);
}

// What a sale with the code costs, as the register tells of it: without a quote where none is
// given.
int64_t sell(OfflineShop& shop, const std::string& receipt, int64_t occurred_us,
             const std::optional<v1::QuoteReference>& quote = {}) {
  v1::CommitRequest request;
  *request.mutable_sale() = sale_of(receipt);
  request.mutable_sale()->add_coupon_codes("SPRING");
  *request.mutable_sale()->mutable_occurred_at() = timestamp_of(occurred_us);
  if (quote) *request.mutable_quote() = *quote;
  return shop.till->call(&v1::RegisterService::Stub::Commit, request).value().total_minor();
}

// The coupons ended days ago, and agent and machine know it.
void pass_the_end(OfflineShop& shop) {
  shop.club.pass(absl::Hours(240));
  shop.set_clock.set(kFakeServerSeconds + 10 * kDaySeconds);
  shop.go_offline();
  shop.go_online();
  REQUIRE(eventually([&] { return price(shop, "", "SPRING") == 1000; }));
}

TEST_CASE("a clock that is put back while the server's time is known revives nothing in a sale") {
  OfflineShop shop(spring_program());
  CHECK(sell(shop, "before", shop.set_clock.now_us()) == 500);
  pass_the_end(shop);
  shop.set_clock.set(kFakeServerSeconds + kDaySeconds);  // the register's clock, too
  for (const std::string where : {"online", "offline"}) {
    INFO(where);
    if (where == "offline") shop.go_offline();
    const int64_t shown_us = shop.set_clock.now_us();
    CHECK(sell(shop, where + "-bare", shown_us) == 1000);
    const v1::Quote quoted = quote_at(shop, "SPRING", shown_us);
    CHECK(quoted.total_minor() == 1000);
    const int64_t priced_seconds = quoted.reference().priced_at().seconds();
    CHECK(std::abs(priced_seconds - kFakeServerSeconds - 10 * kDaySeconds) < 600);
    CHECK(sell(shop, where + "-quoted", shown_us, quoted.reference()) == 1000);
    v1::QuoteReference forged = quoted.reference();
    *forged.mutable_priced_at() = timestamp_of(shown_us);
    CHECK(sell(shop, where + "-forged", shown_us, forged) == 1000);
  }
  shop.go_online();
  REQUIRE(eventually([&] { return shop.club.recorded().size() == 7; }));
  CHECK(shop.club.context_of("R1/online-bare").program_version() == 1);
}

TEST_CASE("a register that shows a day before the end revives nothing without its server") {
  OfflineShop shop(spring_program());
  pass_the_end(shop);
  shop.go_offline();
  const int64_t shown_us = (kFakeServerSeconds + kDaySeconds) * 1'000'000;
  const v1::Quote quoted = quote_at(shop, "SPRING", shown_us);
  CHECK(quoted.total_minor() == 1000);
  CHECK(quoted.reference().offline().latest_date() == "2027-01-25");
  CHECK(sell(shop, "1", shown_us, quoted.reference()) == 1000);
  v1::QuoteReference stripped = quoted.reference();
  stripped.clear_offline();
  CHECK(sell(shop, "2", shown_us, stripped) == 1000);
  CHECK(sell(shop, "3", shown_us) == 1000);
}

TEST_CASE("what was quoted on its last day and paid after midnight is given") {
  OfflineShop shop(spring_program());
  shop.club.pass(absl::Hours(5 * 24 + 12));  // 2027-01-20 22:00 in Jerusalem
  shop.set_clock.set(kFakeServerSeconds + 5 * kDaySeconds + 12 * 3600);
  shop.go_offline();
  shop.go_online();
  REQUIRE(eventually([&] {
    const int64_t shown =
        quote_at(shop, "SPRING", shop.set_clock.now_us()).reference().priced_at().seconds();
    return std::abs(shown - kFakeServerSeconds - 5 * kDaySeconds - 12 * 3600) < 600;
  }));
  shop.go_offline();
  shop.set_clock.pass(absl::Minutes(100));
  const v1::Quote quoted = quote_at(shop, "SPRING", shop.set_clock.now_us());
  CHECK(quoted.total_minor() == 500);
  shop.set_clock.pass(absl::Minutes(30));
  CHECK(price(shop, "", "SPRING") == 1000);
  CHECK(sell(shop, "1", shop.set_clock.now_us(), quoted.reference()) == 500);
  shop.set_clock.pass(absl::Minutes(60));
  CHECK(sell(shop, "2", shop.set_clock.now_us(), quoted.reference()) == 1000);
}

TEST_CASE("no time that a clock can be set to breaks a till without its server") {
  OfflineShop shop(spring_program());
  shop.go_offline();
  // 1970, 29 February, 2038-01-19, both clock changes of 2026 in Israel, 9999-12-31.
  int64_t receipt = 0;
  for (const int64_t seconds :
       {int64_t{0}, int64_t{1'709'208'000}, int64_t{2'147'483'648}, int64_t{1'774'569'600},
        int64_t{1'792'882'800}, int64_t{253'402'214'400}, kFakeServerSeconds}) {
    restart(shop, seconds);
    const auto quoted = shop.quote(OfflineShop::basket("", 0));
    CHECK(quoted.total_minor() == 1000);
    CHECK(shop.commit(std::to_string(++receipt), OfflineShop::basket("", 0), quoted.reference())
              .ok());
  }
  shop.go_online();
  CHECK(eventually([&] { return shop.till->status().undelivered_count() == 0; }));
}

// What is logged while it stands.
class LogText {
 public:
  LogText() : before_(spdlog::default_logger()) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", std::move(sink)));
  }
  ~LogText() { spdlog::set_default_logger(before_); }
  int count(const std::string& word) const {
    int found = 0;
    const std::string text = text_.str();
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      ++found;
    }
    return found;
  }

 private:
  std::ostringstream text_;
  const std::shared_ptr<spdlog::logger> before_;  // shared as spdlog hands it out
};

TEST_CASE("a clock more than five minutes off is said once, and once that it is right again") {
  SetClock clock;
  const auto link = ServerLink::open({}, clock).value();
  const LogText log;
  const auto hear = [&](int64_t ahead_seconds) {
    clock.set(kFakeServerSeconds + ahead_seconds);
    link->report_server_time(timestamp_of(kFakeServerSeconds * 1'000'000));
  };
  hear(299);
  CHECK(log.count("clock_skewed") == 0);
  hear(302);
  hear(5000);
  CHECK(log.count("clock_skewed") == 1);
  hear(-298);
  hear(0);
  CHECK(log.count("clock_right") == 1);
  hear(-302);
  CHECK(log.count("clock_skewed") == 2);
}

}  // namespace
}  // namespace moadon::agent

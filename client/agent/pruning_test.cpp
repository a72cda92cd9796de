// What an agent forgets, and by whose clock.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/agent/journal_reserve.h"
#include "client/agent/offline_shop.h"
#include "sqlite/connection.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

struct PruningShop : House {
  PruningShop() { club.publish(program_of("en")); }

  void open() {
    till.reset();
    agent.reset();
    agent = Agent::start(directory, settings, set_clock).value();
    till = std::make_unique<Register>(*agent, directory.path(), "R1");
  }
  bool is_online() const { return till->status().online(); }
  // Delivered when it returns.
  void sell(const std::string& receipt) {
    REQUIRE(till->commit(sale_of(receipt)).ok());
    REQUIRE(eventually([&] {
      const std::vector<std::string> recorded = club.recorded();
      return std::count(recorded.begin(), recorded.end(), "R1/" + receipt) == 1;
    }));
  }
  // Everybody's clock goes on; what the agent knows of the server's stays right meanwhile.
  void pass(absl::Duration duration) {
    club.go_away();
    REQUIRE(eventually([&] { return !is_online(); }));
    set_clock.pass(duration);
    club.pass(duration);
  }
  void come_back() {
    club.come_back();
    REQUIRE(eventually([&] { return is_online(); }));
  }
  int64_t entry_count() const {
    const auto reader =
        sqlite::Connection::open(directory.journal_path(), {.access = sqlite::Access::kReader})
            .value();
    return reader->query_int64("SELECT count(*) FROM entry").value();
  }

  SetClock set_clock;
  std::unique_ptr<Agent> agent;
  std::unique_ptr<Register> till;
};

TEST_CASE("in its reserve the journal lets go of what was delivered a day ago, of nothing else") {
  PruningShop shop;
  shop.settings.journal_limit_mib = 0;  // there is the reserve only
  shop.open();
  REQUIRE(eventually([&] { return shop.is_online(); }));
  REQUIRE(shop.till->status().is_reserve_used());
  shop.club.refuse_receipt("waiting", v1::REASON_FIELD_INVALID);
  REQUIRE(shop.till->commit(sale_of("waiting")).ok());
  shop.sell("old");
  shop.pass(absl::Hours(2));
  shop.come_back();
  shop.sell("young");
  CHECK(shop.entry_count() == 3);
  shop.pass(absl::Hours(23));
  REQUIRE(eventually([&] { return shop.entry_count() < 3; }));
  CHECK(shop.entry_count() == 2);
  CHECK(shop.till->pending().entries(0).receipt() == "waiting");
  v1::GetReceiptRequest young;
  young.set_receipt("young");
  CHECK(shop.till->call(&v1::RegisterService::Stub::GetReceipt, young).ok());
}

TEST_CASE("a journal that has half of its reserve lets go of what the server has, young or not") {
  PruningShop shop;
  shop.settings.journal_limit_mib = 0;
  shop.open();
  REQUIRE(eventually([&] { return shop.is_online(); }));
  shop.club.refuse_receipt("waiting", v1::REASON_FIELD_INVALID);
  REQUIRE(shop.till->commit(sale_of("waiting")).ok());
  v1::Sale large = sale_of("");
  const v1::Line line = large.lines(0);
  while (large.ByteSizeLong() < 512 * 1024) {
    v1::Line& more = *large.add_lines();
    more = line;
    more.set_line_id(absl::StrCat("more-", large.lines_size()));
    more.set_description(std::string(200, 'x'));
  }
  int sale_count = 0;
  while (shop.till->status().journal_bytes() <= kReserveBytes / 2) {
    REQUIRE(sale_count < 100);
    large.set_receipt(absl::StrCat(++sale_count));
    REQUIRE(shop.till->commit(large).ok());
  }
  REQUIRE(eventually([&] { return shop.till->status().undelivered_count() == 1; }));
  shop.set_clock.pass(kPruneIntervalPressed);
  CHECK(eventually([&] { return shop.till->status().journal_bytes() <= kReserveBytes / 2; }));
  CHECK(shop.entry_count() > 1);
  CHECK(shop.till->pending().entries(0).receipt() == "waiting");
}

TEST_CASE("a clock that was set ahead makes nothing old, and two months of the server's do") {
  PruningShop shop;
  shop.open();
  REQUIRE(eventually([&] { return shop.is_online(); }));
  shop.sell("1");
  shop.club.go_away();
  shop.set_clock.restart_machine();
  shop.set_clock.set(4'080'000'000);  // 2099
  shop.open();
  absl::SleepFor(2 * kRefreshInterval);
  CHECK(shop.entry_count() == 1);
  shop.come_back();
  shop.pass(kKeepDelivered + absl::Hours(1));
  CHECK(eventually([&] { return shop.entry_count() == 0; }));
}

}  // namespace
}  // namespace moadon::agent

// What goes to the owner's queue after a long time, and what is told of what waits until then.
#include "client/agent/commands.h"
#include "client/agent/test_house.h"
#include "rules/refusal.h"
#include "sqlite/connection.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr absl::Duration kLong = absl::Hours(46 * 24);  // over kHandOverAge

// Time passes at the server, and everything is tried again.
void pass(House& house, absl::Duration duration) {
  house.club.pass(duration);
  house.club.go_away();
  house.club.come_back();
}

// Changes the journal behind the back of an agent that does not run.
void change(const House& house, const std::string& sql) {
  auto journal = sqlite::Connection::open(house.directory.journal_path());
  REQUIRE(journal.ok());
  REQUIRE((*journal)->exec(sql).ok());
}

TEST_CASE("a reason that was damaged on the disk hides no entry and holds none back") {
  House house;
  for (const char* receipt : {"1", "2"}) {
    house.club.refuse_receipt(receipt, v1::REASON_RECEIPT_REUSED);
  }
  {
    const auto agent = house.start();
    Register till = house.at(*agent, "R1");
    for (const char* receipt : {"1", "2", "3"}) REQUIRE(till.commit(sale_of(receipt)).ok());
    REQUIRE(eventually([&] { return house.club.recorded().size() == 1; }));
    REQUIRE(eventually([&] { return till.status().undelivered_count() == 2; }));
  }
  // A text that is no UTF-8 any more.
  change(house, "UPDATE undelivered SET refusal = x'12036162C3' WHERE sequence = 1");
  const auto backlogs = read_backlogs(house.directory.journal_path());
  REQUIRE(backlogs.ok());
  REQUIRE(backlogs->size() == 1);
  REQUIRE(backlogs->front().entries.size() == 2);
  CHECK_FALSE(backlogs->front().entries[0].has_refusal());
  CHECK(backlogs->front().entries[1].refusal().reason() == v1::REASON_RECEIPT_REUSED);
  house.club.go_away();
  const auto agent = house.start();
  Register till = house.at(*agent, "R1");
  CHECK(till.pending().entries_size() == 2);
  house.club.come_back();
  REQUIRE(eventually([&] { return till.status().online(); }));
  pass(house, kLong);
  CHECK(eventually([&] { return house.club.handed_over().size() == 2; }));
}

TEST_CASE("a directory without a journal is not taken for one where nothing waits") {
  const ScratchDirectory scratch;
  const absl::Status printed = print_pending(AgentDirectory(scratch.path()), /*as_json=*/false);
  CHECK(absl::IsNotFound(printed));
}

}  // namespace
}  // namespace moadon::agent

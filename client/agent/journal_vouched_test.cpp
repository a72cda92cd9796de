// Rows that say something else than what was written, each in a way that SQLite cannot see.
#include "client/agent/scratch_directory.h"
#include "client/agent/test_journal.h"
#include "sqlite/connection.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

struct Changed {
  explicit Changed(const std::string& sql) {
    fill_full(path);
    before = told_by(*open_full(path));
    {
      const auto connection = sqlite::Connection::open(path);
      REQUIRE(connection.ok());
      REQUIRE((*connection)->exec(sql).ok());
    }
    journal = open_full(path);
    after = told_by(*journal);
  }

  ScratchDirectory scratch;
  const std::string path = scratch.path() + "/journal.db";
  Told before;
  Told after;
  std::unique_ptr<Journal> journal;
};

TEST_CASE("a use that stands at another register, place or member closes the caps") {
  const char* const change =
      GENERATE("register_id = 'R9'", "sequence = sequence + 100", "member_id = 'm2'");
  CAPTURE(change);
  const Changed changed(std::string("UPDATE offline_use SET ") + change +
                        " WHERE member_id = 'm1'");
  CHECK(changed.before.standings.at({"R3", "m2"}).used_minor == 200);
  for (const auto& [whose, standing] : changed.after.standings) {
    CAPTURE(whose.first, whose.second);
    CHECK(standing.used_minor == kMaxSumMinor);
    CHECK(standing.leased_grant_ids.empty());
    CHECK(standing.slices.empty());
  }
}

TEST_CASE("a place that was altered is none") {
  const char* const change = GENERATE("branch_id = 'B2'", "day_start_minutes = 241",
                                      "time_zone = replace(time_zone, 'Jerusalem', 'Jerusalen')",
                                      "time_zone = replace(time_zone, char(10), 'x')");
  CAPTURE(change);
  const Changed changed(std::string("UPDATE register_place SET ") + change +
                        " WHERE register_id = 'R3'");
  CHECK(changed.before.places.at("R3").branch_id == "B1");
  CHECK(changed.before.places.at("R1").time_zone == "Asia/Jerusalem");  // of version 0.3
  CHECK(changed.after.places.at("R3") == Place());
}

TEST_CASE("a hold that says it was priced elsewhere or on another day is not there") {
  const char* const change =
      GENERATE("branch_id = 'B2'", "business_day = business_day + 1", "minute_of_day = 1");
  CAPTURE(change);
  const Changed changed(std::string("UPDATE hold SET ") + change);
  for (const std::string& request_id : kFullRequests) {
    CAPTURE(request_id);
    CHECK(changed.before.holds.at(request_id).has_value());
    CHECK_FALSE(changed.after.holds.at(request_id).has_value());
  }
}

TEST_CASE("a clock that was altered does not say how far the server's is") {
  const char* const change =
      GENERATE("server_offset_us = 1", "boot_id = replace(boot_id, 'boot', 'boof')");
  CAPTURE(change);
  const Changed changed(std::string("UPDATE clock SET ") + change);
  CHECK(changed.before.clock.server_offset_us == 12'345);
  CHECK(changed.after.clock.boot_id.empty());
  CHECK(changed.after.clock.server_offset_us == 0);
  CHECK(changed.after.clock.latest_us == kFullNowUs);
}

}  // namespace
}  // namespace moadon::agent

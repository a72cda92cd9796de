#include "client/cli/as_of.h"

#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::cli {
namespace {

TEST_CASE("a date stays a date") {
  const auto as_of = parse_as_of("2011-12-09");
  REQUIRE(as_of.ok());
  CHECK(as_of->date() == "2011-12-09");
}

TEST_CASE("an instant is read with its offset and fraction") {
  const auto zulu = parse_as_of("1997-09-30T23:59:59Z");
  REQUIRE(zulu.ok());
  CHECK(zulu->instant().seconds() == 875663999);
  CHECK(zulu->instant().nanos() == 0);
  const auto offset = parse_as_of("1997-10-01T02:59:59.5+03:00");
  REQUIRE(offset.ok());
  CHECK(offset->instant().seconds() == 875663999);
  CHECK(offset->instant().nanos() == 500'000'000);
}

TEST_CASE("anything else is refused") {
  for (const char* text : {"", "now", "2011-02-30", "2011-2-3", "2011-13-01", "2011-12-09 10:00",
                           "2011-12-09T10:00:00", "2011-12-09T25:00:00Z", "2011-12-09x",
                           "infinite-future", "2011-02-30T00:00:00Z"}) {
    INFO(text);
    CHECK(reason_of(parse_as_of(text).status()) == v1::REASON_FIELD_INVALID);
  }
}

}  // namespace
}  // namespace moadon::cli

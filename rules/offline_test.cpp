#include "rules/offline.h"

#include "rules/test_program.h"
#include "tests/catch.h"

namespace moadon {
namespace {

TEST_CASE("kept facts price for 72 hours unless the owner says otherwise, even not at all") {
  CHECK(cache_valid_hours_of(program_with("")) == 72);
  CHECK(cache_valid_hours_of(program_with("offline {}")) == 72);
  CHECK(cache_valid_hours_of(program_with("offline { seen { last_days: 1 } }")) == 72);
  CHECK(cache_valid_hours_of(program_with("offline { cache_valid_hours: 0 }")) == 0);
  CHECK(cache_valid_hours_of(program_with("offline { cache_valid_hours: 336 }")) == 336);
}

TEST_CASE("every member is kept unless the owner names those who bought lately") {
  const absl::CivilDay today(2026, 3, 31);
  for (const char* text : {"", "offline {}", "offline { cache_valid_hours: 0 }"}) {
    const v1::Program program = program_with(text);
    CHECK_FALSE(keeps_seen_only(program));
    CHECK(keeps_member(program, std::nullopt, today));
    CHECK(keeps_member(program, absl::CivilDay(1970, 1, 1), today));
  }
  const v1::Program program = program_with("offline { seen { last_days: 30 } }");
  CHECK(keeps_seen_only(program));
  struct Case {
    std::optional<absl::CivilDay> last_seen;
    bool is_kept;
  };
  for (const Case& expected :
       {Case{std::nullopt, false}, Case{absl::CivilDay(2026, 2, 28), false},
        Case{absl::CivilDay(2026, 3, 1), true}, Case{today, true}, Case{today + 1, true}}) {
    CHECK(keeps_member(program, expected.last_seen, today) == expected.is_kept);
  }
}

}  // namespace
}  // namespace moadon

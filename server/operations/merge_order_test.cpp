// Histories with merges end alike in any order of arrival, and verify finds them in order.
#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/operations/test_club.h"
#include "server/operations/test_merges.h"
#include "server/operations/test_promises.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

// A history of three members and two merges, one of them undone, told in any order of arrival.
class History final {
 public:
  explicit History(uint32_t seed) : random_(seed) {
    for (int i = 0; i < kSales; ++i) add_sale(i);
  }

  // Every document arrives in one of the times between the decisions, after it happened.
  std::string outcome(uint32_t seed, const v1::Program& program) const {
    std::mt19937 random(seed);
    std::vector<std::vector<const Document*>> slots(4);
    for (const Document& document : documents_) {
      const int first = document.day < kFirstDay    ? 0
                        : document.day < kSecondDay ? 1
                        : document.day < kUndoDay   ? 2
                                                    : 3;
      const int slot = std::uniform_int_distribution<int>(first, 3)(random);
      slots[slot].push_back(&document);
    }
    TestClub test(program);
    test.clock().set(time_on(kFirstDay, 12));
    const std::string a = test.enroll("a", day_text(0));
    const std::string b = test.enroll("b", day_text(1));
    const std::string c = test.enroll("c", day_text(2));
    send(test, slots[0], random);
    REQUIRE(merge(test, b, a, "m1").ok());
    test.clock().set(time_on(kSecondDay, 12));
    send(test, slots[1], random);
    REQUIRE(merge(test, b, c, "m2").ok());
    test.clock().set(time_on(kUndoDay, 12));
    test.age();
    send(test, slots[2], random);
    REQUIRE(undo(test, a, "u1").ok());
    test.clock().set(time_on(kLastDay, 12));
    send(test, slots[3], random);
    test.age();
    CHECK(test.verify() == Texts{});
    return text_of(test, {a, b, c});
  }

 private:
  static constexpr int kSales = 30;
  static constexpr int kFirstDay = 60;
  static constexpr int kSecondDay = 90;
  static constexpr int kUndoDay = 120;
  static constexpr int kLastDay = 200;

  struct Document {
    int day = 0;
    std::string original;  // of a return: what it returns
    std::function<void(TestClub&)> send;
  };

  static int64_t time_on(int day, int hour) {
    return us("2026-01-01T00:00:00Z") + absl::ToInt64Microseconds(absl::Hours(24 * day + hour));
  }
  static std::string day_text(int day) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMicros(time_on(day, 8)),
                            absl::UTCTimeZone());
  }

  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  void add_sale(int number) {
    const int day = 3 + pick(kLastDay - 3);
    const std::string receipt = absl::StrCat("s", number);
    const std::string card(1, static_cast<char>('a' + pick(3)));
    const v1::Sale made = sale(receipt, day_text(day), card, {{"milk", 2000, 500 + pick(3000)}});
    documents_.push_back(
        {day, "", [made](TestClub& test) { REQUIRE(test.record("r1", made).has_recorded()); }});
    if (pick(3) > 0) return;
    const int back_day = std::min(day + pick(40), kLastDay - 1);
    const v1::Return back =
        returned_from("r1", receipt,
                      returned(absl::StrCat("b", number), day_text(back_day),
                               {{"milk", 1000 * (1 + pick(2)), made.lines(0).unit_price_minor()}}));
    documents_.push_back({back_day, receipt, [back](TestClub& test) {
                            REQUIRE(test.record("r1", back).has_recorded());
                          }});
  }

  static void send(TestClub& test, std::vector<const Document*> documents, std::mt19937& random) {
    std::shuffle(documents.begin(), documents.end(), random);
    for (const Document* document : documents) document->send(test);
  }

  static std::string text_of(TestClub& test, const std::vector<std::string>& ids) {
    std::string text;
    for (const std::string& id : ids) {
      v1::GetMemberResponse story = by_id(test, id);
      story.mutable_member()->clear_member_id();
      story.mutable_member()->clear_merged_into();
      story.mutable_member()->mutable_facts()->clear_member_id();
      story.mutable_member()->mutable_facts()->clear_snapshot();
      story.mutable_member()->mutable_facts()->clear_seal();
      absl::StrAppend(&text, story.DebugString(), "\n");
      for (const char* date : {"2026-02-15", "2026-03-15", "2026-04-15", "2026-06-01"}) {
        for (const std::string& member : members_as_of(test, date)) {
          if (member.substr(0, id.size()) == id) absl::StrAppend(&text, member.substr(16), "\n");
        }
      }
    }
    return text;
  }

  std::mt19937 random_;
  std::vector<Document> documents_;
};

TEST_CASE("histories with merges end alike in any order of arrival, and verify agrees") {
  const uint32_t seed = Catch::rngSeed();
  CAPTURE(seed);
  const History history(seed);
  v1::Program program = tiers_with_gifts();
  program.clear_points();
  for (v1::Tier& tier : *program.mutable_tiers()) tier.clear_entry_gift();
  const std::string first = history.outcome(seed, program);
  for (uint32_t i = 1; i < 5; ++i) {
    CAPTURE(i);
    REQUIRE(history.outcome(seed + i, program) == first);
  }
}

TEST_CASE("histories with merges and every promise are found in order") {
  const uint32_t seed = Catch::rngSeed();
  CAPTURE(seed);
  for (uint32_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    const History history(seed + i);
    history.outcome(seed, promising_program());
  }
}

}  // namespace
}  // namespace moadon

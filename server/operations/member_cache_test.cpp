#include "server/operations/member_cache.h"

#include "server/operations/find_member.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

storage::KeyRow card(const std::string& value) {
  return {storage::KeyKind::kCard, value, value, std::nullopt};
}

KnownMember answer(const std::string& bytes) {
  KnownMember result;
  result.answer = std::make_shared<const std::string>(bytes);
  return result;
}

// The stamp of a member whom nobody changes just now.
MemberCache::Stamp stamp_of(const MemberCache& cache, int64_t member_id) {
  const auto stamp = cache.stamp_since(cache.mark(), member_id);
  REQUIRE(stamp.has_value());
  return *stamp;
}

v1::Key card_key(const std::string& card) {
  v1::Key key;
  key.set_card(card);
  return key;
}

v1::MemberFacts facts_of(TestClub& club, const std::string& card) {
  const auto found = find_member(club.club(), card_key(card));
  REQUIRE(found.ok());
  return found->facts();
}

}  // namespace

TEST_CASE("the cache finds a member by the key they were kept under and no other") {
  MemberCache cache;
  cache.keep(card("c1"), stamp_of(cache, 7), answer("Noa"));
  REQUIRE(cache.find(card("c1")).has_value());
  CHECK(*cache.find(card("c1"))->answer == "Noa");
  CHECK_FALSE(cache.find(card("c2")).has_value());
  CHECK_FALSE(cache.find({storage::KeyKind::kWallet, "c1", "c1", std::nullopt}).has_value());
}

TEST_CASE("the cache neither shows nor takes a member while they are being changed") {
  MemberCache cache;
  const MemberCache::Stamp before = stamp_of(cache, 7);
  cache.keep(card("c1"), before, answer("old"));
  cache.begin_change(7);
  CHECK_FALSE(cache.find(card("c1")).has_value());
  cache.keep(card("c1"), stamp_of(cache, 7), answer("who knows"));
  CHECK_FALSE(cache.find(card("c1")).has_value());
  cache.begin_change(7);
  cache.end_change(7);
  CHECK_FALSE(cache.find(card("c1")).has_value());
  cache.end_change(7);
  CHECK_FALSE(cache.find(card("c1")).has_value());
  // Read before the change, kept after it.
  cache.keep(card("c1"), before, answer("old"));
  CHECK_FALSE(cache.find(card("c1")).has_value());
  cache.keep(card("c1"), stamp_of(cache, 7), answer("new"));
  CHECK(*cache.find(card("c1"))->answer == "new");
}

TEST_CASE("what was read while its member changed has no stamp, whoever changes elsewhere") {
  MemberCache cache;
  const MemberCache::Mark before_change = cache.mark();
  cache.begin_change(7);
  const MemberCache::Mark in_change = cache.mark();
  CHECK_FALSE(cache.stamp_since(before_change, 7).has_value());
  cache.end_change(7);
  CHECK_FALSE(cache.stamp_since(before_change, 7).has_value());
  CHECK_FALSE(cache.stamp_since(in_change, 7).has_value());
  CHECK(cache.stamp_since(before_change, 8).has_value());
  const MemberCache::Mark after = cache.mark();
  CHECK(cache.stamp_since(after, 7).has_value());
  cache.begin_change_of_all();
  CHECK_FALSE(cache.stamp_since(after, 7).has_value());
  cache.end_change_of_all();
  CHECK_FALSE(cache.stamp_since(after, 8).has_value());
}

TEST_CASE("a change of all members is a change of each") {
  MemberCache cache;
  cache.keep(card("c1"), stamp_of(cache, 7), answer("old"));
  cache.begin_change_of_all();
  cache.end_change_of_all();
  CHECK_FALSE(cache.find(card("c1")).has_value());
}

TEST_CASE("the cache forgets rather than grow over its limit") {
  MemberCache cache;
  const int count = static_cast<int>(kMaxCachedKeys) * 2;
  int found = 0;
  for (int i = 0; i < count; ++i) {
    cache.keep(card(std::to_string(i)), stamp_of(cache, i), answer(""));
  }
  for (int i = 0; i < count; ++i) found += cache.find(card(std::to_string(i))).has_value() ? 1 : 0;
  CHECK(found > 0);
  CHECK(found <= static_cast<int>(kMaxCachedKeys));
  CHECK(cache.find(card(std::to_string(count - 1))).has_value());
}

TEST_CASE("whoever identifies a member after an answered write sees it") {
  TestClub club;
  club.clock().set(us("2026-03-01T10:00:00Z"));
  club.enroll("C1", "2026-03-01T09:00:00Z");
  const v1::MemberFacts enrolled = facts_of(club, "C1");
  CHECK(enrolled.purchase_day_count() == 0);
  CHECK(facts_of(club, "C1").snapshot() == enrolled.snapshot());

  REQUIRE(club.record("r1", sale("1", "2026-03-01T09:30:00Z", "C1", {{"milk"}})).has_recorded());
  const v1::MemberFacts bought = facts_of(club, "C1");
  CHECK(bought.purchase_day_count() == 1);
  CHECK(bought.stage() == v1::STAGE_NEW);
  CHECK(bought.snapshot() > enrolled.snapshot());
}

TEST_CASE("a cached member's stage is that of the day on which they are identified") {
  TestClub club;
  club.clock().set(us("2026-03-01T10:00:00Z"));
  club.enroll("C1", "2026-03-01T09:00:00Z");
  REQUIRE(club.record("r1", sale("1", "2026-03-01T09:30:00Z", "C1", {{"milk"}})).has_recorded());
  CHECK(facts_of(club, "C1").stage() == v1::STAGE_NEW);
  club.clock().set(us("2027-03-01T10:00:00Z"));
  CHECK(facts_of(club, "C1").stage() == v1::STAGE_CHURNING);
}

TEST_CASE("a new program is seen in cached members") {
  TestClub club;
  club.clock().set(us("2026-03-10T10:00:00Z"));
  club.enroll("C1", "2026-03-01T09:00:00Z");
  CHECK(facts_of(club, "C1").stage() == v1::STAGE_INTERESTED);
  v1::Program program = TestClub::program();
  program.mutable_stages()->set_interest_days(2);
  club.publish(program);
  CHECK(facts_of(club, "C1").stage() == v1::STAGE_POTENTIAL);
}

}  // namespace moadon

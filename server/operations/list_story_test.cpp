// A member's story: everything that happened, in order, a page at a time.
#include "server/operations/list_story.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/refusal.h"
#include "server/operations/add_note.h"
#include "server/operations/adjust_points.h"
#include "server/operations/merge_members.h"
#include "server/operations/test_club.h"
#include "server/operations/test_promises.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

// What happened, in a word, with its date and whose it was.
std::string word_of(const v1::StoryEvent& event) {
  const auto* field = v1::StoryEvent::descriptor()->FindFieldByNumber(event.kind_case());
  REQUIRE(field != nullptr);
  std::string word = absl::StrCat(event.event_date(), " ", field->name());
  if (event.has_purchase()) absl::StrAppend(&word, " ", event.purchase().receipt());
  if (event.has_returned()) absl::StrAppend(&word, " ", event.returned().receipt());
  if (event.has_decision()) {
    absl::StrAppend(&word, " ", v1::DecisionKind_Name(event.decision().kind()).substr(14));
  }
  return event.member_id().empty() ? word : absl::StrCat(word, " of another");
}

std::vector<v1::StoryEvent> story_of(TestClub& test, const std::string& member_id, int page_size) {
  v1::ListStoryRequest request;
  request.set_member_id(member_id);
  request.set_page_size(page_size);
  std::vector<v1::StoryEvent> events;
  for (int page = 0; page < 2000; ++page) {
    const auto listed = list_story(test.club(), request);
    INFO(listed.status());
    REQUIRE(listed.ok());
    REQUIRE(listed->events_size() <= page_size);
    events.insert(events.end(), listed->events().begin(), listed->events().end());
    if (listed->next_page_token().empty()) return events;
    request.set_page_token(listed->next_page_token());
  }
  FAIL("the story does not end");
  return events;
}

Texts words_of(const std::vector<v1::StoryEvent>& events) {
  Texts words;
  for (const v1::StoryEvent& event : events) words.push_back(word_of(event));
  return words;
}

void note_down(TestClub& test, const std::string& request_id, const std::string& member_id) {
  v1::AddNoteRequest request;
  request.set_request_id(request_id);
  request.set_member_id(member_id);
  request.set_text("prefers mornings");
  request.set_actor("dana");
  REQUIRE(wait_for<v1::AddNoteResponse>([&](auto answer) {
            add_note(test.club(), request, std::move(answer));
          }).ok());
}

}  // namespace

TEST_CASE("a story begins with the first contact and tells what happened in order") {
  TestClub test(promising_program());
  test.clock().set(us("2026-03-10T12:00:00Z"));
  const std::string member_id = test.enroll("c1", "2026-01-05T10:00:00Z");
  // Recorded in another order than they happened.
  test.record("r1", sale("s2", "2026-02-01T10:00:00Z", "c1", {{"milk"}}));
  test.record("r1", sale("s1", "2026-01-05T11:00:00Z", "c1", {{"bread", 1000, 2000}}));
  test.record("r1", returned_from("r1", "s1", returned("b1", "2026-02-01T15:00:00Z", {{"bread"}})));
  note_down(test, "n1", member_id);
  const std::vector<v1::StoryEvent> events = story_of(test, member_id, 1000);
  Texts words = words_of(events);
  Texts moments;
  for (const std::string& word : words) {
    if (word.find("points") == std::string::npos && word.find("move") == std::string::npos) {
      moments.push_back(word);
    }
  }
  CHECK(moments == Texts{"2026-01-05 first_contact", "2026-01-05 sign_up", "2026-01-05 purchase s1",
                         "2026-02-01 purchase s2", "2026-02-01 returned b1", "2026-03-10 note"});
  const auto is_sorted = std::is_sorted(events.begin(), events.end(),
                                        [](const v1::StoryEvent& a, const v1::StoryEvent& b) {
                                          return a.event_date() < b.event_date();
                                        });
  CHECK(is_sorted);
  CHECK(std::count(words.begin(), words.end(), "2026-01-05 stage_move") == 1);
  CHECK(std::count(words.begin(), words.end(), "2026-01-05 points") >= 1);
  for (const v1::StoryEvent& event : events) {
    if (event.has_purchase() && event.purchase().receipt() == "s1") {
      CHECK(event.purchase().paid_minor() == 2000);
      CHECK(event.purchase().branch_id() == "b1");
      CHECK(event.event_time().seconds() == us("2026-01-05T11:00:00Z") / 1'000'000);
    }
    if (event.has_first_contact()) CHECK(event.first_contact().branch_id().empty());
  }
}

TEST_CASE("pages of any size tell the same story, also of a member with very much of it") {
  TestClub test(promising_program());
  fill_with_promises(test);
  const std::string member_id = test.member("c1").member().member_id();
  for (int i = 0; i < 150; ++i) {
    test.record("r1", sale(absl::StrFormat("many%03d", i),
                           absl::StrFormat("2026-02-%02dT%02d:00:00Z", 1 + i % 28, i % 24), "c1",
                           {{"milk"}}));
  }
  const Texts whole = words_of(story_of(test, member_id, 1000));
  CHECK(whole.size() > 300);
  for (const int page_size : {1, 3, 50, 157}) {
    CHECK(words_of(story_of(test, member_id, page_size)) == whole);
  }
}

TEST_CASE("a merged member's story is that of both") {
  TestClub test(promising_program());
  test.clock().set(us("2026-03-10T12:00:00Z"));
  const std::string kept_id = test.enroll("c1", "2026-01-05T10:00:00Z");
  const std::string lost_id = test.enroll("c2", "2026-01-06T10:00:00Z");
  test.record("r1", sale("s1", "2026-02-01T10:00:00Z", "c1", {{"milk"}}));
  test.record("r1", sale("s2", "2026-02-01T09:00:00Z", "c2", {{"milk"}}));
  v1::MergeMembersRequest request;
  request.set_request_id("m1");
  request.set_kept_member_id(kept_id);
  request.set_lost_member_id(lost_id);
  request.set_note("the same person");
  request.set_actor("dana");
  const auto merged = wait_for<v1::MergeMembersResponse>(
      [&](auto answer) { merge_members(test.club(), request, std::move(answer)); });
  INFO(merged.status());
  REQUIRE(merged.ok());
  Texts moments;
  for (const v1::StoryEvent& event : story_of(test, kept_id, 7)) {
    if (event.has_purchase() || event.has_sign_up() || event.has_decision()) {
      moments.push_back(word_of(event));
    }
    if (event.has_decision()) {
      CHECK(event.decision().other_member_id() == lost_id);
      CHECK(event.decision().note() == "the same person");
      CHECK(event.decision().actor() == "dana");
    }
  }
  CHECK(moments == Texts{"2026-01-05 sign_up", "2026-01-06 sign_up of another",
                         "2026-02-01 purchase s2 of another", "2026-02-01 purchase s1",
                         "2026-03-10 decision MERGE"});
}

TEST_CASE("what a call needs for a story is checked") {
  TestClub test(promising_program());
  const std::string member_id = test.enroll("c1", "2026-01-05T10:00:00Z");
  v1::ListStoryRequest request;
  CHECK(reason_of(list_story(test.club(), request).status()) == v1::REASON_FIELD_MISSING);
  request.set_member_id("0000000000000000");
  CHECK(reason_of(list_story(test.club(), request).status()) == v1::REASON_MEMBER_UNKNOWN);
  request.set_member_id(member_id);
  request.set_page_size(1001);
  CHECK(reason_of(list_story(test.club(), request).status()) == v1::REASON_FIELD_INVALID);
  request.set_page_size(1);
  const auto first = list_story(test.club(), request);
  REQUIRE(first.ok());
  const std::string other_id = test.enroll("c2", "2026-01-05T10:00:00Z");
  request.set_member_id(other_id);
  request.set_page_token(first->next_page_token());
  CHECK(reason_of(list_story(test.club(), request).status()) == v1::REASON_PAGE_TOKEN_INVALID);
}

}  // namespace moadon

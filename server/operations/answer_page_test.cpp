#include "server/operations/answer_page.h"

#include <cstring>
#include <random>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/catch.h"

namespace moadon {
namespace {

RememberedMember member(int64_t member_id, const std::string& answer) {
  RememberedMember result;
  result.stamp = {member_id, 7};
  result.member.answer = std::make_shared<const std::string>(answer);
  result.member.facts_day = 20'000;
  result.member.program_version = 3;
  return result;
}

bool holds(const AnswerPage& page, const std::string& text) {
  return absl::StrContains(absl::string_view(page.data(), AnswerPage::kBytes), text);
}

}  // namespace

TEST_CASE("a page gives back what was put under a key and nothing under another") {
  AnswerPage page;
  CHECK_FALSE(page.find("2c1").has_value());
  REQUIRE(page.put("2c1", member(1, "Noa")));
  REQUIRE(page.put("2c10", member(2, "")));
  const auto found = page.find("2c1");
  REQUIRE(found.has_value());
  CHECK(found->stamp.member_id == 1);
  CHECK(found->stamp.value == 7);
  CHECK(*found->member.answer == "Noa");
  CHECK(found->member.facts_day == 20'000);
  CHECK(found->member.program_version == 3);
  CHECK(page.find("2c10")->member.answer->empty());
  CHECK_FALSE(page.find("2c").has_value());
  CHECK_FALSE(page.find("1c1").has_value());
}

TEST_CASE("what is put under a key again replaces it to the last byte") {
  AnswerPage page;
  REQUIRE(page.put("2c1", member(1, "a long answer that names Noa")));
  REQUIRE(page.put("2c1", member(1, "short")));
  CHECK(*page.find("2c1")->member.answer == "short");
  CHECK_FALSE(holds(page, "Noa"));
}

TEST_CASE("a full page forgets who was put first") {
  AnswerPage page;
  const std::string answer(500, 'x');
  for (int i = 0; i < 20; ++i) {
    REQUIRE(page.put(absl::StrCat("2c", i), member(i, absl::StrCat(answer, "of ", i, "."))));
  }
  int found = 0;
  for (int i = 0; i < 20; ++i) {
    const bool is_there = page.find(absl::StrCat("2c", i)).has_value();
    CHECK(is_there == (i >= 13));
    CHECK(holds(page, absl::StrCat("of ", i, ".")) == is_there);
    found += is_there ? 1 : 0;
  }
  CHECK(found == 7);
}

TEST_CASE("an answer that is too long is not taken and displaces nobody") {
  AnswerPage page;
  REQUIRE(page.put("2c1", member(1, "Noa")));
  CHECK_FALSE(page.put("2c2", member(2, std::string(AnswerPage::kMaxRecordBytes, 'x'))));
  CHECK_FALSE(page.put(std::string(AnswerPage::kBytes, '9'), member(3, "")));
  CHECK(page.find("2c1").has_value());
  CHECK_FALSE(page.find("2c2").has_value());
}

TEST_CASE("a dropped member leaves no byte, whatever they were asked for by") {
  AnswerPage page;
  REQUIRE(page.put("2c1", member(1, "Noa")));
  REQUIRE(page.put("2c2", member(2, "Dan")));
  REQUIRE(page.put("1+972547654321", member(1, "Noa")));
  CHECK_FALSE(page.drop({3}));
  CHECK(page.drop({1, 3}));
  CHECK_FALSE(page.find("2c1").has_value());
  CHECK_FALSE(page.find("1+972547654321").has_value());
  CHECK_FALSE(holds(page, "Noa"));
  CHECK_FALSE(holds(page, "54321"));
  CHECK(*page.find("2c2")->member.answer == "Dan");
}

TEST_CASE("of a page half of which is older, only what is whole is found") {
  AnswerPage before;
  AnswerPage after;
  for (int i = 0; i < 6; ++i) {
    const std::string key = absl::StrCat("2c", i);
    REQUIRE(before.put(key, member(i, std::string(300 + 7 * static_cast<size_t>(i), 'a'))));
    REQUIRE(after.put(key, member(i, std::string(300 + 7 * static_cast<size_t>(i), 'b'))));
  }
  int whole = 0;
  for (size_t cut = 0; cut <= AnswerPage::kBytes; ++cut) {
    AnswerPage torn = before;
    std::memcpy(torn.data(), after.data(), cut);
    for (int i = 0; i < 6; ++i) {
      const auto found = torn.find(absl::StrCat("2c", i));
      if (!found) continue;
      ++whole;
      const std::string& answer = *found->member.answer;
      REQUIRE((answer.find('a') == std::string::npos || answer.find('b') == std::string::npos));
      REQUIRE(answer.size() == 300 + 7 * static_cast<size_t>(i));
    }
  }
  CHECK(whole > 5 * static_cast<int>(AnswerPage::kBytes) - 6 * 400);
  CHECK(whole < 6 * static_cast<int>(AnswerPage::kBytes));
}

TEST_CASE("a page of any bytes is read without harm, and finds nobody") {
  const uint64_t seed = Catch::rngSeed();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 2'000; ++round) {
    AnswerPage page;
    REQUIRE(page.put("2c1", member(1, std::string(200, 'x'))));
    // The lengths are small numbers often, so that reading goes on.
    for (size_t i = 0; i < AnswerPage::kBytes; ++i) {
      if (random() % 4 == 0) page.data()[i] = static_cast<char>(random() % 3 == 0 ? random() : 0);
    }
    CHECK_FALSE(page.find("2c1").has_value());
    page.drop({1});
    REQUIRE(page.put("2c2", member(2, "Dan")));
    CHECK(*page.find("2c2")->member.answer == "Dan");
  }
}

}  // namespace moadon

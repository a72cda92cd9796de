// The agent's pure decisions: which program prices, what a batch's answer means, what is
// remembered.
#include "client/agent/member_memory.h"
#include "client/agent/occasion.h"
#include "client/agent/program_shelf.h"
#include "client/agent/record_outcomes.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

constexpr int64_t kSecondUs = 1'000'000;

v1::Program version_of(int64_t version, int64_t start_seconds, bool has_unknown_part = false) {
  v1::Program program;
  program.set_version(version);
  program.set_currency_code("ILS");
  program.set_time_zone("Asia/Jerusalem");
  program.set_country_code("IL");
  program.mutable_start_time()->set_seconds(start_seconds);
  if (has_unknown_part) {
    program.GetReflection()->MutableUnknownFields(&program)->AddVarint(9000, 1);
  }
  return program;
}

TEST_CASE("the newest understood version that has started prices, the first from ever") {
  ProgramShelf shelf;
  CHECK(shelf.in_force(0) == nullptr);
  shelf.add({version_of(1, 500), version_of(2, 100), version_of(3, 200, true)});
  const auto in_force = [&](int64_t seconds) {
    return shelf.in_force(seconds * kSecondUs)->program().version();
  };
  CHECK(in_force(0) == 1);
  CHECK(in_force(99) == 1);
  CHECK(in_force(100) == 2);
  CHECK(in_force(300) == 2);
  CHECK(shelf.version(2)->program().version() == 2);
  CHECK(shelf.version(3) == nullptr);
  CHECK(shelf.version(9) == nullptr);
  CHECK(shelf.newest_version() == 3);
  CHECK(shelf.newest_not_understood() == 3);
  shelf.add({version_of(4, 400)});
  CHECK(in_force(300) == 2);
  CHECK(in_force(400) == 4);
  CHECK(shelf.newest_not_understood() == 0);
}

TEST_CASE("a program whose form this build refuses does not price") {
  ProgramShelf shelf;
  v1::Program bad = version_of(2, 0);
  bad.add_benefits();
  shelf.add({version_of(1, 0), bad});
  CHECK(shelf.in_force(kSecondUs)->program().version() == 1);
  CHECK(shelf.newest_not_understood() == 2);
}

TEST_CASE(
    "an occasion is in the branch's zone and business day, before it is known the program's") {
  const v1::Program program = version_of(1, 0);
  constexpr int64_t kTimeUs = 1'763'850'600 * kSecondUs;  // 2025-11-22 22:30 UTC
  Occasion occasion = occasion_at(kTimeUs, {}, program);
  CHECK(occasion.branch_id.empty());
  CHECK(occasion.business_day == absl::CivilDay(2025, 11, 23));
  CHECK(occasion.minute_of_day == 30);
  occasion = occasion_at(kTimeUs, {"B1", "Asia/Jerusalem", 30}, program);
  CHECK(occasion.branch_id == "B1");
  CHECK(occasion.business_day == absl::CivilDay(2025, 11, 23));
  occasion = occasion_at(kTimeUs, {"B1", "Asia/Jerusalem", 31}, program);
  CHECK(occasion.business_day == absl::CivilDay(2025, 11, 22));
  CHECK(occasion.minute_of_day == 30);
  occasion = occasion_at(kTimeUs, {"B1", "America/New_York", 0}, program);
  CHECK(occasion.business_day == absl::CivilDay(2025, 11, 22));
  CHECK(occasion.minute_of_day == 17 * 60 + 30);
  CHECK(occasion_at(kTimeUs, {"B1", "No/Such", 0}, program).minute_of_day == 30);
}

TEST_CASE("each outcome of a batch is handled by itself") {
  v1::RecordRequest request;
  for (int sequence = 1; sequence <= 4; ++sequence) request.add_entries()->set_sequence(sequence);
  v1::RecordResponse response;
  const auto answer = [&](int64_t sequence, v1::Reason reason) {
    v1::RecordOutcome& outcome = *response.add_outcomes();
    outcome.set_sequence(sequence);
    if (reason == v1::REASON_UNSPECIFIED) {
      outcome.mutable_recorded();
    } else {
      outcome.mutable_refused()->mutable_detail()->set_reason(reason);
    }
  };
  answer(1, v1::REASON_UNSPECIFIED);
  answer(2, v1::REASON_TEXT_INVALID);
  answer(3, v1::REASON_BUSY);
  answer(9, v1::REASON_UNSPECIFIED);  // never sent
  const BatchResult result = result_of(request, response);
  REQUIRE(result.settlements.size() == 2);
  CHECK(result.settlements[0].sequence == 1);
  CHECK_FALSE(result.settlements[0].refusal.has_value());
  CHECK(result.settlements[1].sequence == 2);
  CHECK(result.settlements[1].refusal->detail().reason() == v1::REASON_TEXT_INVALID);
  CHECK(result.is_incomplete);
}

TEST_CASE("a refused call waits for what can change it") {
  const auto kind = [](v1::Reason reason) { return kind_of_refusal(refuse(reason, "no")); };
  CHECK(kind(v1::REASON_SERVER_UNREACHABLE) == CallRefusal::kPassing);
  CHECK(kind(v1::REASON_OUTCOME_UNKNOWN) == CallRefusal::kPassing);
  CHECK(kind(v1::REASON_PROGRAM_MISSING) == CallRefusal::kProgramAwaited);
  CHECK(kind(v1::REASON_TOKEN_REVOKED) == CallRefusal::kBlocked);
  CHECK(kind(v1::REASON_TOO_LARGE) == CallRefusal::kContent);
}

constexpr int64_t kGiveUs = 1'000;

TEST_CASE("facts are found as a quote names them, by snapshot and time of issue") {
  FactsMemory memory;
  const auto facts = [](int64_t snapshot, int64_t issued_seconds) {
    v1::MemberFacts made;
    made.set_member_id("m");
    made.set_snapshot(snapshot);
    made.mutable_issued_at()->set_seconds(issued_seconds);
    return made;
  };
  const auto found = [&](int64_t snapshot, int64_t issued_seconds) -> int64_t {
    v1::QuoteReference reference;
    reference.set_facts_snapshot(snapshot);
    reference.mutable_facts_issued_at()->set_seconds(issued_seconds);
    const auto known = memory.of("m", reference);
    return known ? known->facts.issued_at().seconds() : -1;
  };
  CHECK_FALSE(memory.of("m").has_value());
  CHECK(found(2, 10) == -1);
  for (const auto& [snapshot, issued] : {std::pair(2, 10), std::pair(2, 20), std::pair(3, 30)}) {
    memory.remember(facts(snapshot, issued), kGiveUs);
  }
  CHECK(memory.of("m")->facts.snapshot() == 3);
  CHECK(found(2, 10) == 10);
  CHECK(found(2, 20) == 20);
  CHECK(found(2, 15) == 20);
  CHECK(found(3, 30) == 30);
  CHECK(found(4, 30) == -1);
  memory.remember(facts(1, 40), kGiveUs);
  CHECK(memory.of("m")->facts.snapshot() == 3);
  for (size_t i = 0; i < kMaxRememberedFacts; ++i) memory.remember(facts(5, 100 + i), kGiveUs);
  CHECK(found(3, 30) == -1);
  CHECK(found(5, 100) == 100);
}

TEST_CASE("what the server said of a member is not taken for what was kept") {
  FactsMemory memory;
  v1::MemberFacts facts;
  facts.set_member_id("m");
  facts.set_snapshot(1);
  memory.remember_kept(facts);
  CHECK(memory.of("m")->is_kept);
  memory.remember(facts, kGiveUs);
  CHECK_FALSE(memory.of("m")->is_kept);
  memory.remember_kept(facts);
  CHECK_FALSE(memory.of("m")->is_kept);
  facts.set_snapshot(2);
  memory.remember_kept(facts);
  CHECK(memory.of("m")->is_kept);
}

TEST_CASE("facts are of a sale when the server gave them, until that sale is over") {
  FactsMemory memory;
  v1::MemberFacts facts;
  facts.set_member_id("m");
  facts.set_snapshot(1);
  memory.end_sale("m");
  memory.remember_kept(facts);
  CHECK(memory.of("m")->give_us == 0);
  memory.remember(facts, kGiveUs);
  CHECK(memory.of("m")->give_us == kGiveUs);
  memory.remember_kept(facts);
  CHECK(memory.of("m")->give_us == kGiveUs);
  memory.end_sale("m");
  CHECK(memory.of("m")->give_us == 0);
  CHECK_FALSE(memory.of("m")->is_kept);
  memory.remember(facts, kGiveUs);
  CHECK(memory.of("m")->give_us == kGiveUs);
}

TEST_CASE("the members remembered first are forgotten first") {
  FactsMemory memory;
  v1::MemberFacts facts;
  facts.set_member_id("m");
  memory.remember(facts, kGiveUs);
  for (size_t i = 0; i < kMaxRememberedMembers; ++i) {
    CHECK(memory.of("m").has_value());
    facts.set_member_id(std::to_string(i));
    memory.remember(facts, kGiveUs);
  }
  CHECK_FALSE(memory.of("m").has_value());
}

}  // namespace
}  // namespace moadon::agent

// The agent's pure decisions: which program prices, what a batch's answer means, what is
// remembered.
#include "client/agent/member_memory.h"
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
  CHECK(shelf.in_force(0)->version() == 1);
  CHECK(shelf.in_force(100 * kSecondUs)->version() == 2);
  CHECK(shelf.in_force(300 * kSecondUs)->version() == 2);
  CHECK(shelf.newest_version() == 3);
  CHECK(shelf.newest_not_understood() == 3);
  shelf.add({version_of(4, 400)});
  CHECK(shelf.in_force(300 * kSecondUs)->version() == 2);
  CHECK(shelf.in_force(400 * kSecondUs)->version() == 4);
  CHECK(shelf.newest_not_understood() == 0);
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

TEST_CASE("a quote is remembered for the sale of the same member, once") {
  QuoteMemory quotes;
  quotes.remember({"m", 3, {}});
  CHECK_FALSE(quotes.take("").has_value());
  CHECK(quotes.take("m")->program_version == 3);
  CHECK_FALSE(quotes.take("m").has_value());
}

TEST_CASE("older facts do not replace newer ones, and the first members are forgotten first") {
  FactsMemory memory;
  v1::MemberFacts facts;
  facts.set_member_id("m");
  facts.set_snapshot(2);
  memory.remember(facts);
  facts.set_snapshot(1);
  memory.remember(facts);
  CHECK(memory.of("m").snapshot() == 2);
  for (size_t i = 0; i < kMaxRememberedMembers; ++i) {
    facts.set_member_id(std::to_string(i));
    memory.remember(facts);
  }
  CHECK(memory.of("m").snapshot() == 0);
}

}  // namespace
}  // namespace moadon::agent

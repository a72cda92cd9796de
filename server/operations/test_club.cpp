#include "server/operations/test_club.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "rules/calendar.h"
#include "server/operations/add_branch.h"
#include "server/operations/add_register.h"
#include "server/operations/age_members.h"
#include "server/operations/enroll_member.h"
#include "server/operations/erase_member.h"
#include "server/operations/publish_program.h"
#include "server/operations/read_members.h"
#include "server/operations/read_receipts.h"
#include "server/operations/record.h"
#include "server/operations/verify_club.h"
#include "sqlite/connection.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr int kVerifyPage = 3;
constexpr int kMaxPages = 1000;

std::unique_ptr<Club> open(const std::string& directory, const Clock& clock) {
  auto club = Club::open(directory, clock, [](const absl::Status&) {});
  INFO(club.status());
  REQUIRE(club.ok());
  return *std::move(club);
}

}  // namespace

int64_t us(absl::string_view time) {
  absl::Time parsed;
  std::string error;
  INFO(error);
  REQUIRE(absl::ParseTime(absl::RFC3339_full, time, &parsed, &error));
  return absl::ToUnixMicros(parsed);
}

google::protobuf::Timestamp at(absl::string_view time) { return timestamp_of(us(time)); }

TestClub::TestClub(const v1::Program& first, const std::vector<std::string>& registers)
    : clock_(us("2026-01-01T12:00:00Z")), club_(open(directory_.path(), clock_)) {
  publish(first);
  v1::Branch branch;
  branch.set_branch_id("b1");
  REQUIRE(wait_for<v1::AddBranchResponse>([&](auto answer) {
            moadon::add_branch(*club_, branch, std::move(answer));
          }).ok());
  for (const std::string& register_id : registers) add_register(register_id);
}

void TestClub::reopen() {
  club_.reset();
  club_ = open(directory_.path(), clock_);
}

void TestClub::add_register(const std::string& register_id, bool replays_history) {
  v1::AddRegisterRequest request;
  request.mutable_register_()->set_register_id(register_id);
  request.mutable_register_()->set_branch_id("b1");
  request.mutable_register_()->set_replays_history(replays_history);
  REQUIRE(wait_for<v1::AddRegisterResponse>([&](auto answer) {
            moadon::add_register(*club_, request, std::move(answer));
          }).ok());
}

v1::Program TestClub::program() {
  v1::Program program;
  program.set_currency_code("ILS");
  program.set_time_zone("UTC");
  program.set_country_code("IL");
  return program;
}

v1::Program TestClub::publish(const v1::Program& program) {
  auto published = wait_for<v1::PublishProgramResponse>(
      [&](auto answer) { publish_program(*club_, program, std::move(answer)); });
  INFO(published.status());
  REQUIRE(published.ok());
  return published->program();
}

v1::RecordResponse TestClub::record(const std::string& register_id,
                                    const v1::RecordRequest& request) {
  const ClubViewPtr view = club_->view();
  auto response = wait_for<v1::RecordResponse>([&](auto answer) {
    moadon::record(*club_, *view->register_of_id(register_id), request, std::move(answer));
  });
  INFO(response.status());
  REQUIRE(response.ok());
  return *response;
}

v1::RecordOutcome TestClub::record(const std::string& register_id, const v1::Sale& sale,
                                   const v1::RecordContext& context) {
  v1::RecordRequest request;
  v1::RecordEntry& entry = *request.add_entries();
  entry.set_sale(sale.SerializeAsString());
  *entry.mutable_context() = context;
  return record(register_id, request).outcomes(0);
}

v1::RecordOutcome TestClub::record(const std::string& register_id, const v1::Return& returned,
                                   const v1::RecordContext& context) {
  v1::RecordRequest request;
  v1::RecordEntry& entry = *request.add_entries();
  entry.set_returned(returned.SerializeAsString());
  *entry.mutable_context() = context;
  return record(register_id, request).outcomes(0);
}

std::string TestClub::enroll(const std::string& card, absl::string_view time) {
  v1::EnrollMemberRequest request;
  request.add_keys()->set_card(card);
  *request.mutable_occurred_at() = at(time);
  auto enrolled = wait_for<v1::EnrollMemberResponse>(
      [&](auto answer) { enroll_member(*club_, request, std::move(answer)); });
  INFO(enrolled.status());
  REQUIRE(enrolled.ok());
  return enrolled->member().member_id();
}

void TestClub::erase(const std::string& member_id) {
  v1::EraseMemberRequest request;
  request.set_member_id(member_id);
  request.set_actor("owner");
  const auto erased = wait_for<v1::EraseMemberResponse>(
      [&](auto answer) { erase_member(*club_, request, std::move(answer)); });
  INFO(erased.status());
  REQUIRE(erased.ok());
}

int64_t TestClub::age() {
  int64_t member_count = 0;
  for (int i = 0; i < kMaxPages; ++i) {
    const auto aged =
        wait_for<AgedMembers>([&](auto answer) { age_members(*club_, std::move(answer)); });
    INFO(aged.status());
    REQUIRE(aged.ok());
    member_count += aged->member_count;
    if (!aged->has_more) return member_count;
  }
  FAIL("ageing does not end");
  return 0;
}

std::vector<std::string> TestClub::verify() {
  std::vector<std::string> found;
  v1::VerifyRequest request;
  request.set_page_size(kVerifyPage);
  for (int i = 0; i < kMaxPages; ++i) {
    const auto page = verify_club(*club_, request);
    INFO(page.status());
    REQUIRE(page.ok());
    for (const v1::Disagreement& disagreement : page->disagreements()) {
      found.push_back(absl::StrCat(disagreement.subject(), " of ", disagreement.owner(), ": ",
                                   disagreement.kept(), " is ", disagreement.recomputed()));
    }
    if (page->next_page_token().empty()) return found;
    request.set_page_token(page->next_page_token());
  }
  FAIL("verifying does not end");
  return found;
}

v1::GetMemberResponse TestClub::member(const std::string& card) {
  v1::GetMemberRequest request;
  request.mutable_key()->set_card(card);
  auto member = get_member(*club_, request);
  INFO(member.status());
  REQUIRE(member.ok());
  return *member;
}

v1::RecordContext TestClub::context(const std::string& card) {
  v1::RecordContext context;
  *context.mutable_facts() = member(card).member().facts();
  context.set_member_id(context.facts().member_id());
  context.set_program_version(club_->view()->program_at(clock_.now_us()).version());
  return context;
}

v1::RecordedSale TestClub::recorded(const std::string& register_id, const std::string& receipt) {
  v1::GetSaleRequest request;
  request.set_register_id(register_id);
  request.set_receipt(receipt);
  auto found = get_sale(*club_, request);
  INFO(found.status());
  REQUIRE(found.ok());
  return found->sale();
}

int64_t TestClub::query(const std::string& sql) {
  sqlite::ReaderLease reader = club_->database().readers().lease();
  const absl::StatusOr<int64_t> result = reader->query_int64(sql);
  INFO(result.status());
  REQUIRE(result.ok());
  return *result;
}

void TestClub::tamper(const std::string& sql) {
  const absl::Status done = club_->database().writer().run(
      [&sql](sqlite::Connection& connection) { return connection.exec(sql); });
  INFO(done);
  REQUIRE(done.ok());
}

v1::Sale sale(const std::string& receipt, absl::string_view time, const std::string& card,
              const std::vector<TestLine>& lines) {
  v1::Sale sale;
  sale.set_receipt(receipt);
  *sale.mutable_occurred_at() = at(time);
  if (!card.empty()) sale.mutable_key()->set_card(card);
  for (const TestLine& line : lines) {
    v1::Line& made = *sale.add_lines();
    made.set_line_id(absl::StrCat(sale.lines_size()));
    made.set_sku(line.sku);
    made.set_quantity_milli(line.quantity_milli);
    made.set_unit_price_minor(line.unit_price_minor);
  }
  return sale;
}

v1::Return returned(const std::string& receipt, absl::string_view time,
                    const std::vector<TestLine>& lines) {
  v1::Return returned;
  returned.set_receipt(receipt);
  *returned.mutable_occurred_at() = at(time);
  for (const TestLine& line : lines) {
    v1::ReturnLine& made = *returned.add_lines();
    made.set_line_id(absl::StrCat(returned.lines_size()));
    made.set_sku(line.sku);
    made.set_quantity_milli(line.quantity_milli);
    made.set_unit_price_minor(line.unit_price_minor);
  }
  return returned;
}

v1::Return returned_from(const std::string& original_register, const std::string& original_receipt,
                         v1::Return document) {
  document.mutable_original()->set_register_id(original_register);
  document.mutable_original()->set_receipt(original_receipt);
  return document;
}

}  // namespace moadon

#include "tests/bench/members.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace moadon::bench {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kEnrollOutstanding = 64;
constexpr int kSaleLines = 5;
constexpr int64_t kPieceMilli = 1000;
constexpr int kArticles = 500;

struct Article {
  const char* description;
  const char* category;
  const char* brand;
  int64_t unit_price_minor;
};
constexpr Article kShelf[] = {{"חלב טרי 3% 1 ליטר", "מוצרי חלב", "יטבתה", 712},
                              {"לחם מחיטה מלאה פרוס", "מאפים", "אנג'ל", 1890},
                              {"עגבניות שרי", "ירקות", "", 1290},
                              {"קפה שחור 200 גרם", "מזון יבש", "עלית", 2450},
                              {"סבון כלים לימון", "ניקיון", "פיירי", 1690}};

grpc::ByteBuffer enrolment(int number) {
  v1::SyncEnrollRequest request;
  v1::EnrollMemberRequest& member = *request.mutable_member();
  member.add_keys()->set_phone(local_phone_of(number));
  member.add_keys()->set_card(card_of(number));
  member.set_first_name("נועה");
  member.set_last_name(absl::StrCat("לוי-", number));
  return to_bytes(request);
}

}  // namespace

grpc::ByteBuffer to_bytes(const google::protobuf::MessageLite& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

void parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message) {
  grpc::Slice slice;
  if (!bytes.DumpToSingleSlice(&slice).ok() ||
      !message.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    throw std::runtime_error("an answer that is not the message expected");
  }
}

void enroll_members(const Connections& server, int count) {
  std::vector<grpc::ByteBuffer> requests;
  for (int number = 0; number < count; ++number) requests.push_back(enrolment(number));
  server.run({.path = "/moadon.v1.SyncService/Enroll",
              .requests = requests,
              .outstanding = kEnrollOutstanding});
}

std::vector<KnownMember> find_members(const Connections& server, int member_count, int count) {
  std::vector<KnownMember> members;
  const int step = std::max(1, member_count / count);
  for (int number = 0; number < member_count; number += step) {
    v1::FindMemberRequest request;
    request.mutable_key()->set_card(card_of(number));
    v1::FindMemberResponse response;
    parse(server.call("/moadon.v1.SyncService/FindMember", to_bytes(request)), response);
    members.push_back({number, response.member().facts()});
  }
  return members;
}

v1::Sale make_sale(const std::string& receipt, int number, int line_count) {
  v1::Sale sale;
  sale.set_receipt(receipt);
  *sale.mutable_occurred_at() = TimeUtil::GetCurrentTime();
  sale.set_cashier("דנה");
  sale.mutable_key()->set_card(card_of(number));
  int64_t total_minor = 0;
  for (int i = 0; i < line_count; ++i) {
    const Article& article = kShelf[static_cast<size_t>(i) % std::size(kShelf)];
    v1::Line& line = *sale.add_lines();
    line.set_line_id(absl::StrCat(i + 1));
    line.set_quantity_milli(kPieceMilli);
    line.set_sku(absl::StrFormat("7290%09d", (number + i) % kArticles));
    line.set_description(article.description);
    line.set_category(article.category);
    line.set_brand(article.brand);
    line.set_unit_price_minor(article.unit_price_minor);
    line.set_tax_rate_bps(1800);
    total_minor += article.unit_price_minor;
  }
  v1::Tender& tender = *sale.add_tenders();
  tender.set_kind(v1::TENDER_KIND_CARD);
  tender.set_amount_minor(total_minor);
  tender.set_reference("4580");
  sale.set_register_total_minor(total_minor);
  return sale;
}

SaleMaker::SaleMaker(std::vector<KnownMember> members) : members_(std::move(members)) {}

std::vector<grpc::ByteBuffer> SaleMaker::make_requests(int call_count, int entry_count) {
  std::vector<grpc::ByteBuffer> requests;
  for (int call = 0; call < call_count; ++call) {
    v1::RecordRequest request;
    for (int i = 0; i < entry_count; ++i) *request.add_entries() = make_entry();
    requests.push_back(to_bytes(request));
  }
  return requests;
}

v1::RecordEntry SaleMaker::make_entry() {
  const KnownMember& member = members_[random_() % members_.size()];
  v1::RecordEntry entry;
  entry.set_sequence(++sequence_);
  // Of one length, so that their order as text is that in which they are sent.
  entry.set_sale(make_sale(absl::StrFormat("20260601-%09d", sequence_), member.number, kSaleLines)
                     .SerializeAsString());
  v1::RecordContext& context = *entry.mutable_context();
  context.set_member_id(member.facts.member_id());
  context.set_program_version(1);
  *context.mutable_facts() = member.facts;
  *context.mutable_corrected_at() = TimeUtil::GetCurrentTime();
  return entry;
}

}  // namespace moadon::bench

#include "client/cli/member_document.h"

#include <set>
#include <string>
#include <utility>

#include "client/cli/json_output.h"
#include "moadon/v1/member_service.grpc.pb.h"
#include "moadon/v1/report_service.grpc.pb.h"

namespace moadon::cli {
namespace {

constexpr int kPage = 1000;

// One member of a JSON object, an array that is written as it comes.
class JsonArray final {
 public:
  JsonArray(std::ostream& out, const char* name) : out_(out) { out_ << ",\"" << name << "\":["; }
  ~JsonArray() { out_ << "]"; }
  JsonArray(const JsonArray&) = delete;
  JsonArray& operator=(const JsonArray&) = delete;

  void add(const google::protobuf::Message& item) {
    out_ << (std::exchange(has_any_, true) ? "," : "") << to_json(item);
  }

 private:
  std::ostream& out_;
  bool has_any_ = false;
};

// Tells also whose events there are: of a merged member those of the others have their ids.
absl::Status write_story(Session& session, const std::string& member_id, std::ostream& out,
                         std::set<std::string>& member_ids) {
  v1::ListStoryRequest request;
  request.set_member_id(member_id);
  request.set_page_size(kPage);
  JsonArray events(out, "story");
  return session.call_pages(&v1::MemberService::Stub::ListStory, request,
                            [&](const v1::ListStoryResponse& page) {
                              for (const v1::StoryEvent& event : page.events()) {
                                if (!event.member_id().empty())
                                  member_ids.insert(event.member_id());
                                events.add(event);
                              }
                              return absl::OkStatus();
                            });
}

// One sale or return with its lines as the register sent them.
absl::StatusOr<v1::GetSaleResponse> get_sale(Session& session,
                                             const v1::GetReceiptResponse& receipt) {
  v1::GetSaleRequest request;
  request.set_register_id(receipt.register_id());
  request.set_receipt(receipt.has_returned() ? receipt.returned().receipt()
                                             : receipt.sale().receipt());
  return session.call(&v1::ReportService::Stub::GetSale, request);
}

absl::Status write_sales(Session& session, const std::string& member_id, JsonArray& sales) {
  v1::ListSalesRequest request;
  request.set_member_id(member_id);
  request.set_page_size(kPage);
  return session.call_pages(&v1::ReportService::Stub::ListSales, request,
                            [&](const v1::ListSalesResponse& page) {
                              for (const v1::RecordedSale& listed : page.sales()) {
                                const auto sale = get_sale(session, listed.receipt());
                                if (!sale.ok()) return sale.status();
                                sales.add(sale->sale());
                              }
                              return absl::OkStatus();
                            });
}

}  // namespace

absl::Status write_member_document(Session& session, const v1::GetMemberResponse& member,
                                   MemberDocument content, std::ostream& out) {
  std::set<std::string> member_ids = {member.member().member_id()};
  const std::string standing = to_json(member);
  out << standing.substr(0, standing.size() - 1);  // without its closing brace
  absl::Status written = write_story(session, member.member().member_id(), out, member_ids);
  if (content == MemberDocument::kEverything) {
    JsonArray sales(out, "sales");
    for (const std::string& member_id : member_ids) {
      if (written.ok()) written = write_sales(session, member_id, sales);
    }
  }
  out << "}\n";
  return written;
}

}  // namespace moadon::cli

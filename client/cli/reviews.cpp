#include "client/cli/reviews.h"

#include <optional>

#include "client/cli/call_table.h"
#include "client/cli/call_words.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/member_lookup.h"
#include "client/cli/request_id.h"
#include "moadon/v1/lifecycle_service.grpc.pb.h"

namespace moadon::cli {
namespace {

constexpr int kReviewsPage = 1000;

v1::ReviewOutcome outcome_of(const std::string& code) {
  for (const auto outcome :
       {v1::REVIEW_OUTCOME_KEEP, v1::REVIEW_OUTCOME_CONTACT, v1::REVIEW_OUTCOME_ARCHIVE}) {
    if (outcome_code(outcome) == code) return outcome;
  }
  return v1::REVIEW_OUTCOME_UNSPECIFIED;
}

}  // namespace

ReviewCommands::ReviewCommands(CLI::App& app, Action& chosen) {
  CLI::App* const noun = app.add_subcommand("review", "Inactive members whom a person looks at");
  noun->require_subcommand(1);
  CLI::App* const inactive = noun->add_subcommand("inactive", "Who should be looked at, and why");
  inactive->add_flag("--csv", csv_, "As a file");
  inactive->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->inactive(session); }; });
  CLI::App* const decide = noun->add_subcommand("decide", "Decide about one of them, for a reason");
  decide->add_option("MEMBER", member_, "Phone, card, wallet code, email or the member's id")
      ->required();
  decide->add_option("OUTCOME", outcome_, "keep, contact or archive (until the next purchase)")
      ->required()
      ->check(CLI::IsMember({"keep", "contact", "archive"}));
  decide->add_option("--note", note_, "Why")->required();
  decide->add_option("--actor", actor_, "Who decides")->required();
  decide->add_option("--request-id", request_id_,
                     "Names this decision for ever; the same again decides nothing twice");
  decide->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->decide(session); }; });
}

absl::StatusOr<int> ReviewCommands::inactive(Session& session) const {
  v1::ProposeReviewsRequest request;
  request.set_page_size(kReviewsPage);
  const Money money = session.json() ? Money{} : session.money();
  const absl::TimeZone zone = session.json() ? absl::UTCTimeZone() : session.zone();
  CallTable table(session, money, csv_ ? CallTable::Form::kCsv : CallTable::Form::kTable);
  std::optional<JsonList> json;
  if (session.json()) json.emplace(session.out(), "reviews");
  const absl::Status walked = session.call_pages(
      &v1::LifecycleService::Stub::ProposeReviews, request,
      [&](const v1::ProposeReviewsResponse& page) {
        for (const v1::Review& review : page.reviews()) {
          json ? json->add(review)
               : table.add(review.member(), review_reason(session, review, zone));
        }
        return absl::OkStatus();
      },
      kLongDeadline);
  if (!walked.ok()) return walked;
  json ? json->finish() : table.finish();
  return kExitDone;
}

absl::StatusOr<int> ReviewCommands::decide(Session& session) const {
  const auto found = look_up_member(session, member_, "");
  if (!found.ok()) return found.status();
  v1::DecideReviewRequest request;
  request.set_member_id(found->member().member_id());
  request.set_outcome(outcome_of(outcome_));
  request.set_note(note_);
  request.set_actor(actor_);
  request.set_request_id(request_id_);
  if (request_id_.empty()) {
    request.set_request_id(new_request_id());
    session.words() << "--request-id " << request.request_id() << '\n';
  }
  const auto decided = session.call(&v1::LifecycleService::Stub::DecideReview, request);
  if (!decided.ok()) return decided.status();
  session.out() << (session.json() ? to_json(*decided)
                                   : session.moment(decided->review_time(), session.zone()))
                << '\n';
  return kExitDone;
}

}  // namespace moadon::cli

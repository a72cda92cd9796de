#include "client/cli/story_words.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/decision_names.h"
#include "client/cli/labels.h"
#include "client/cli/source_names.h"
#include "client/cli/stage_names.h"
#include "client/cli/tier_names.h"

namespace moadon::cli {
namespace {

// Parts that say something, with commas between.
class Parts final {
 public:
  void add(std::string part) {
    if (!part.empty()) parts_.push_back(std::move(part));
  }
  // "branch b1", where there is a value.
  void add(const Session& session, const Text& label, const std::string& value) {
    if (!value.empty()) add(absl::StrCat(session.say(label), " ", session.plain(value)));
  }
  std::string text() const { return absl::StrJoin(parts_, ", "); }

 private:
  std::vector<std::string> parts_;
};

std::string contact_words(const Session& session, const v1::Source& source,
                          const std::string& branch_id) {
  Parts parts;
  if (source.kind() != v1::SOURCE_KIND_UNSPECIFIED) {
    parts.add(source_label(source, session.language()));
  }
  parts.add(session, label::kBranch, branch_id);
  return parts.text();
}

std::string purchase_words(const Session& session, const v1::StoryPurchase& purchase,
                           const Money& money) {
  Parts parts;
  parts.add(session.plain(money.with_sign(purchase.paid_minor())));
  parts.add(session, label::kRegister, purchase.register_id());
  parts.add(session, label::kReceipt, purchase.receipt());
  parts.add(session, label::kBranch, purchase.branch_id());
  if (purchase.is_unlinked()) {
    parts.add(session.say({"without its sale", "ללא המכירה המקורית"}));
  }
  return parts.text();
}

// "from new to active: a purchase".
std::string move_words(const Session& session, const std::string& from, const std::string& to,
                       const std::string& why) {
  const std::string arrived = absl::StrCat(session.say({"to ", "אל "}), to);
  if (from == "-") return absl::StrCat(arrived, ": ", why);
  return absl::StrCat(session.say({"from ", "מן "}), from, " ", arrived, ": ", why);
}

std::string stage_words(const Session& session, const v1::StageMove& move) {
  const Language language = session.language();
  Parts parts;
  parts.add(move_words(session, stage_label(move.from(), language),
                       stage_label(move.to(), language),
                       stage_reason_label(move.reason(), language)));
  if (move.purchase_day_count() > 0) {
    parts.add(absl::StrCat(session.say(label::kPurchaseDays), " ",
                           session.count(move.purchase_day_count())));
    if (move.silent_days() > 0) {
      parts.add(
          absl::StrCat(session.say({"silent", "שתיקה"}), " ", session.days(move.silent_days())));
    }
    parts.add(absl::StrCat(session.say({"rhythm (days)", "קצב (ימים)"}), " ",
                           session.plain(format_milli(move.rhythm_days_milli()))));
  }
  return parts.text();
}

std::string tier_words(const Session& session, const v1::TierMove& move, const Money& money) {
  const auto tier = [&](const std::string& id) { return id.empty() ? "-" : session.plain(id); };
  Parts parts;
  parts.add(move_words(session, tier(move.from_tier_id()), tier(move.to_tier_id()),
                       tier_reason_label(move.reason(), session.language())));
  parts.add(absl::StrCat(session.say(label::kNetSpend), " ",
                         session.plain(money.with_sign(move.window_spend_minor()))));
  return parts.text();
}

std::string points_words(const Session& session, const v1::PointsEntry& entry) {
  Parts parts;
  parts.add(absl::StrCat(session.plain(format_milli(entry.points_milli())), " ",
                         points_entry_label(entry.kind(), session.language())));
  if (!entry.source().empty()) parts.add(session.plain(entry.source()));
  parts.add(entry.note());
  return parts.text();
}

StoryWords consent_words(const Session& session, const v1::Consent& consent) {
  Parts parts;
  parts.add(channel_label(consent.channel(), session.language()));
  parts.add(consent.wording());
  parts.add(consent.place());
  return {
      session.say(consent.granted() ? Text{"consent", "הסכמה"} : Text{"no consent", "הסרת הסכמה"}),
      parts.text()};
}

StoryWords decision_words(const Session& session, const v1::StoryDecision& decision) {
  Parts parts;
  parts.add(session, label::kMember, decision.other_member_id());
  parts.add(decision.note());
  parts.add(session, label::kActor, decision.actor());
  return {decision_label(decision.kind(), session.language()), parts.text()};
}

}  // namespace

StoryWords story_words(const Session& session, const v1::StoryEvent& event, const Money& money) {
  switch (event.kind_case()) {
    case v1::StoryEvent::kFirstContact:
      return {session.say({"first contact", "היכרות ראשונה"}),
              contact_words(session, event.first_contact().source(),
                            event.first_contact().branch_id())};
    case v1::StoryEvent::kSignUp:
      return {sign_label(v1::SIGN_KIND_SIGN_UP, session.language()),
              contact_words(session, event.sign_up().source(), event.sign_up().branch_id())};
    case v1::StoryEvent::kSign:
      return {sign_label(event.sign().kind(), session.language()),
              contact_words(session, event.sign().source(), event.sign().branch_id())};
    case v1::StoryEvent::kPurchase:
      return {session.say({"purchase", "קנייה"}), purchase_words(session, event.purchase(), money)};
    case v1::StoryEvent::kReturned:
      return {session.say(label::kReturn), purchase_words(session, event.returned(), money)};
    case v1::StoryEvent::kStageMove:
      return {session.say(label::kStage), stage_words(session, event.stage_move())};
    case v1::StoryEvent::kTierMove:
      return {session.say(label::kTier), tier_words(session, event.tier_move(), money)};
    case v1::StoryEvent::kPoints:
      return {session.say(label::kPoints), points_words(session, event.points())};
    case v1::StoryEvent::kConsent:
      return consent_words(session, event.consent());
    case v1::StoryEvent::kNote:
      return {session.say(label::kNote),
              absl::StrCat(event.note().text(), " (", event.note().actor(), ")")};
    case v1::StoryEvent::kDecision:
      return decision_words(session, event.decision());
    case v1::StoryEvent::KIND_NOT_SET:
      break;
  }
  return {"-", ""};
}

}  // namespace moadon::cli

#include "client/cli/member_story.h"

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/decision_names.h"
#include "client/cli/labels.h"
#include "client/cli/source_names.h"
#include "client/cli/stage_names.h"
#include "client/cli/story_words.h"
#include "client/cli/table.h"
#include "moadon/v1/member_service.grpc.pb.h"

namespace moadon::cli {
namespace {

constexpr int kStoryPage = 1000;

// Below what was printed before, unless there is nothing to print.
void print_below(Session& session, const Table& table) {
  if (table.empty()) return;
  session.out() << '\n';
  table.print(session.out());
}

void print_locks(Session& session, const v1::GetMemberResponse& member) {
  Table table({{session.say({"locked tier", "דרגה נעולה"})},
               {session.say(label::kValidFrom)},
               {session.say(label::kUntil)},
               {session.say(label::kNote)},
               {session.say(label::kActor)}});
  for (const v1::TierLock& lock : member.tier_locks()) {
    table.add({session.plain(lock.tier_id()), session.date(lock.from_date()),
               session.date(lock.until_date()), lock.note(), lock.actor()});
  }
  print_below(session, table);
}

void print_rights(Session& session, const v1::GetMemberResponse& member, const Money& money) {
  Table table({{session.say(label::kRight)},
               {session.say({"grant", "הענקה"})},
               {session.say(label::kValidFrom)},
               {session.say(label::kUntil)},
               {session.say(label::kUsesLeft), Align::kRight},
               {session.say(label::kAmountLeft), Align::kRight}});
  for (const v1::HeldRight& right : member.rights()) {
    table.add({session.plain(right.right_id()), session.plain(right.grant_id()),
               session.date(right.valid_from_date()), session.date(right.valid_until_date()),
               session.plain(format_count(right.uses_left())),
               right.amount_left_minor() == 0
                   ? ""
                   : session.plain(money.with_sign(right.amount_left_minor()))});
  }
  print_below(session, table);
}

// What is known, one thing per row; what is not known has none.
class Rows final {
 public:
  explicit Rows(Session& session) : session_(session), table_({{""}, {""}}) {}
  void add(const Text& label, const std::string& value) {
    if (!value.empty()) table_.add({session_.say(label), value});
  }
  void print() const { table_.print(session_.out()); }

 private:
  Session& session_;
  Table table_;
};

// Consent as it stands: the newest word of each channel.
std::string consents_text(const Session& session, const v1::Member& member) {
  std::map<v1::ContactChannel, bool> newest;
  for (const v1::Consent& consent : member.consents()) {
    newest[consent.channel()] = consent.granted();
  }
  std::vector<std::string> given;
  for (const auto& [channel, granted] : newest) {
    if (granted) given.push_back(channel_label(channel, session.language()));
  }
  return absl::StrJoin(given, ", ");
}

void add_person(const Session& session, const v1::Member& member, Rows& rows) {
  const Language language = session.language();
  for (const v1::Key& key : member.keys()) rows.add(label::kKey, session.plain(key_text(key)));
  rows.add(label::kName, name_of(member));
  rows.add(label::kBirthDate, session.date(member.birth_date()));
  rows.add(label::kAnniversary, session.date(member.anniversary_date()));
  rows.add({"gender", "מגדר"}, gender_label(member.gender(), language));
  rows.add({"family status", "מצב משפחתי"}, family_label(member.family_status(), language));
  rows.add({"city", "עיר"}, member.city());
  rows.add({"language", "שפה"}, session.plain(member.language_code()));
  if (member.preferred_channel() != v1::CONTACT_CHANNEL_UNSPECIFIED) {
    rows.add({"likes", "ערוץ מועדף"}, channel_label(member.preferred_channel(), language));
  }
  for (const v1::CustomValue& value : member.custom_values()) {
    rows.add({"field", "שדה"}, absl::StrCat(session.plain(value.field_id()), ": ", value.value()));
  }
  rows.add({"agreed to", "הסכים ל"}, consents_text(session, member));
}

void add_points(const Session& session, const v1::PointsStanding& standing, Rows& rows) {
  const auto add = [&](const Text& label, std::int64_t points_milli) {
    if (points_milli != 0) rows.add(label, session.plain(format_milli(points_milli)));
  };
  rows.add(label::kPointsAvailable, session.plain(format_milli(standing.available_milli())));
  add(label::kPointsPending, standing.pending_milli());
  add(label::kPointsHeld, standing.held_milli());
  add(label::kPointsOwed, standing.deficit_milli());
}

// What a person or an owner decided that holds now.
void add_state(Session& session, const v1::Member& member, Rows& rows) {
  const auto since = [&](const google::protobuf::Timestamp& time) {
    return session.date_of(time, session.zone());
  };
  if (member.has_refuse_time()) {
    rows.add({"wants no services since", "אינו מעוניין בשירותים מאז"}, since(member.refuse_time()));
  }
  if (member.has_archive_time()) {
    rows.add({"archived since", "בארכיון מאז"}, since(member.archive_time()));
  }
  if (member.has_erase_time()) {
    rows.add({"details erased", "הפרטים נמחקו"}, since(member.erase_time()));
  }
  rows.add({"part of", "חלק מחבר"}, session.plain(member.merged_into()));
}

}  // namespace

std::string key_text(const v1::Key& key) {
  switch (key.kind_case()) {
    case v1::Key::kPhone:
      return key.phone();
    case v1::Key::kCard:
      return key.card();
    case v1::Key::kWallet:
      return key.wallet();
    case v1::Key::kEmail:
      return key.email();
    case v1::Key::kScanned:
      return key.scanned();
    case v1::Key::kLastDigits:
      return key.last_digits();
    case v1::Key::KIND_NOT_SET:
      break;
  }
  return "";
}

std::string name_of(const v1::Member& member) {
  const bool has_both = !member.first_name().empty() && !member.last_name().empty();
  return member.first_name() + (has_both ? " " : "") + member.last_name();
}

void print_standing(Session& session, const v1::Member& member, const Money& money) {
  const v1::MemberFacts& facts = member.facts();
  Rows rows(session);
  rows.add(label::kMember, session.plain(member.member_id()));
  add_person(session, member, rows);
  rows.add(label::kTags, absl::StrJoin(facts.tags(), ", "));
  rows.add(label::kStage, stage_label(facts.stage(), session.language()));
  rows.add(label::kSince, session.date(member.stage_since_date()));
  rows.add(label::kTier, session.plain(facts.tier_id()));
  rows.add(label::kSince, session.date(member.tier_since_date()));
  if (facts.has_points()) add_points(session, facts.points(), rows);
  rows.add(label::kPurchaseDays, session.count(facts.purchase_day_count()));
  rows.add(label::kLastPurchase, session.date(facts.last_purchase_date()));
  rows.add(label::kNetSpend, session.plain(money.with_sign(facts.net_spend_minor())));
  rows.add(label::kMet, session.date(member.met_date()));
  if (member.has_source()) {
    rows.add({"came through", "הגיע דרך"}, source_label(member.source(), session.language()));
  }
  rows.add(label::kEnrolled, session.date(member.enrolled_date()));
  add_state(session, member, rows);
  rows.print();
}

void print_member(Session& session, const v1::GetMemberResponse& member, const Money& money) {
  print_standing(session, member.member(), money);
  print_locks(session, member);
  print_rights(session, member, money);
}

absl::Status print_story(Session& session, const std::string& member_id, const Money& money) {
  v1::ListStoryRequest request;
  request.set_member_id(member_id);
  request.set_page_size(kStoryPage);
  Table table({{session.say(label::kDate)},
               {session.say({"what", "מה"})},
               {session.say({"details", "פרטים"})}});
  const absl::Status walked = session.call_pages(
      &v1::MemberService::Stub::ListStory, request, [&](const v1::ListStoryResponse& page) {
        for (const v1::StoryEvent& event : page.events()) {
          StoryWords words = story_words(session, event, money);
          if (!event.member_id().empty()) {
            absl::StrAppend(&words.details, words.details.empty() ? "" : ", ",
                            session.say(label::kMember), " ", session.plain(event.member_id()));
          }
          table.add({session.date(event.event_date()), words.what, words.details});
        }
        return absl::OkStatus();
      });
  if (walked.ok()) print_below(session, table);
  return walked;
}

}  // namespace moadon::cli

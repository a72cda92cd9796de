#include "client/cli/member_story.h"

#include "absl/strings/str_join.h"
#include "client/cli/labels.h"
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
    table.add({session.plain(lock.tier_id()), session.plain(lock.from_date()),
               session.plain(lock.until_date()), lock.note(), lock.actor()});
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
               session.plain(right.valid_from_date()), session.plain(right.valid_until_date()),
               session.plain(format_count(right.uses_left())),
               right.amount_left_minor() == 0
                   ? ""
                   : session.plain(money.text(right.amount_left_minor()))});
  }
  print_below(session, table);
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
  Table table({{""}, {""}});
  const auto row = [&](const Text& label, const std::string& value) {
    if (!value.empty()) table.add({session.say(label), value});
  };
  row(label::kMember, session.plain(member.member_id()));
  for (const v1::Key& key : member.keys()) row(label::kKey, session.plain(key_text(key)));
  row(label::kName, name_of(member));
  row(label::kBirthDate, session.plain(member.birth_date()));
  row(label::kAnniversary, session.plain(member.anniversary_date()));
  row(label::kTags, absl::StrJoin(facts.tags(), ", "));
  row(label::kStage, stage_label(facts.stage(), session.language()));
  row(label::kSince, session.plain(member.stage_since_date()));
  row(label::kTier, session.plain(facts.tier_id()));
  row(label::kSince, session.plain(member.tier_since_date()));
  if (facts.has_points()) {
    const auto points = [&](const Text& label, std::int64_t points_milli, bool always) {
      if (always || points_milli != 0) row(label, session.plain(format_milli(points_milli)));
    };
    points(label::kPointsAvailable, facts.points().available_milli(), true);
    points(label::kPointsPending, facts.points().pending_milli(), false);
    points(label::kPointsHeld, facts.points().held_milli(), false);
    points(label::kPointsOwed, facts.points().deficit_milli(), false);
  }
  row(label::kPurchaseDays, session.plain(format_count(facts.purchase_day_count())));
  row(label::kLastPurchase, session.plain(facts.last_purchase_date()));
  row(label::kNetSpend, session.plain(money.text(facts.net_spend_minor())));
  row(label::kMet, session.plain(member.met_date()));
  row(label::kEnrolled, session.plain(member.enrolled_date()));
  table.print(session.out());
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
          const StoryWords words = story_words(session, event, money);
          table.add({session.date(event.event_date()), words.what, words.details});
        }
        return absl::OkStatus();
      });
  if (walked.ok()) print_below(session, table);
  return walked;
}

}  // namespace moadon::cli

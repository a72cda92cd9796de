#include "client/cli/member_story.h"

#include "absl/strings/str_join.h"
#include "client/cli/labels.h"
#include "client/cli/stage_names.h"
#include "client/cli/table.h"
#include "client/cli/tier_names.h"

namespace moadon::cli {
namespace {

// Below what was printed before, unless there is nothing to print.
void print_below(Session& session, const Table& table) {
  if (table.empty()) return;
  session.out() << '\n';
  table.print(session.out());
}

void print_moves(Session& session, const v1::GetMemberResponse& story) {
  Table table({{session.say(label::kDate)},
               {session.say(label::kFrom)},
               {session.say(label::kTo)},
               {session.say(label::kWhy)},
               {session.say(label::kPurchaseDays), Align::kRight},
               {session.say({"silent days", "ימי שתיקה"}), Align::kRight},
               {session.say({"rhythm (days)", "קצב (ימים)"}), Align::kRight}});
  for (const v1::StageMove& move : story.moves()) {
    table.add({session.plain(move.move_date()), stage_label(move.from(), session.language()),
               stage_label(move.to(), session.language()),
               stage_reason_label(move.reason(), session.language()),
               session.plain(format_count(move.purchase_day_count())),
               move.silent_days() < 0 ? "-" : session.plain(format_count(move.silent_days())),
               session.plain(format_milli(move.rhythm_days_milli()))});
  }
  print_below(session, table);
}

void print_tier_moves(Session& session, const v1::GetMemberResponse& story, const Money& money) {
  Table table({{session.say(label::kDate)},
               {session.say(label::kTierFrom)},
               {session.say(label::kTierTo)},
               {session.say(label::kWhy)},
               {session.say(label::kNetSpend), Align::kRight},
               {session.say(label::kPurchaseDays), Align::kRight}});
  const auto tier = [&](const std::string& id) { return id.empty() ? "-" : session.plain(id); };
  for (const v1::TierMove& move : story.tier_moves()) {
    table.add({session.plain(move.move_date()), tier(move.from_tier_id()), tier(move.to_tier_id()),
               tier_reason_label(move.reason(), session.language()),
               session.plain(money.text(move.window_spend_minor())),
               session.plain(format_count(move.window_purchase_day_count()))});
  }
  print_below(session, table);
}

void print_locks(Session& session, const v1::GetMemberResponse& story) {
  Table table({{session.say({"locked tier", "דרגה נעולה"})},
               {session.say(label::kValidFrom)},
               {session.say(label::kUntil)},
               {session.say(label::kNote)},
               {session.say(label::kActor)}});
  for (const v1::TierLock& lock : story.tier_locks()) {
    table.add({session.plain(lock.tier_id()), session.plain(lock.from_date()),
               session.plain(lock.until_date()), lock.note(), lock.actor()});
  }
  print_below(session, table);
}

void print_rights(Session& session, const v1::GetMemberResponse& story, const Money& money) {
  Table table({{session.say(label::kRight)},
               {session.say({"grant", "הענקה"})},
               {session.say(label::kValidFrom)},
               {session.say(label::kUntil)},
               {session.say(label::kUsesLeft), Align::kRight},
               {session.say(label::kAmountLeft), Align::kRight}});
  for (const v1::HeldRight& right : story.rights()) {
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

void print_story(Session& session, const v1::GetMemberResponse& story, const Money& money) {
  print_standing(session, story.member(), money);
  print_moves(session, story);
  print_tier_moves(session, story, money);
  print_locks(session, story);
  print_rights(session, story, money);
}

}  // namespace moadon::cli

#include "client/cli/member_decisions.h"

#include "client/cli/as_of.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/labels.h"
#include "client/cli/member_story.h"
#include "client/cli/request_id.h"
#include "client/cli/table.h"
#include "client/cli/tier_names.h"
#include "moadon/v1/member_service.grpc.pb.h"

namespace moadon::cli {
namespace {

constexpr int kPointsPage = 1000;

void print_points(Session& session, const v1::PointsStanding& standing) {
  Table table({{""}, {""}});
  const auto row = [&](const Text& label, std::int64_t points_milli) {
    table.add({session.say(label), session.plain(format_milli(points_milli))});
  };
  row(label::kPointsAvailable, standing.available_milli());
  row(label::kPointsPending, standing.pending_milli());
  row(label::kPointsHeld, standing.held_milli());
  row(label::kPointsOwed, standing.deficit_milli());
  for (const v1::ExpiringPoints& expiring : standing.expiring()) {
    table.add({session.say({"good until", "בתוקף עד"}),
               session.plain(expiring.expire_date()) + "  " +
                   session.plain(format_milli(expiring.points_milli()))});
  }
  table.print(session.out());
}

// A message, as --json wants it.
int print_json(Session& session, const google::protobuf::Message& message) {
  session.out() << to_json(message) << '\n';
  return kExitDone;
}

}  // namespace

MemberDecisionCommands::MemberDecisionCommands(CLI::App& members, Action& chosen) {
  using Self = MemberDecisionCommands;
  CLI::App* const adjust = add_verb(members, chosen, "adjust-points",
                                    "Give or take points, for a reason", &Self::adjust_points);
  adjust->add_option("--points", points_, "How many: 12.5 gives, -3 takes")->required();
  add_decision_options(*adjust);

  CLI::App* const grant = add_verb(members, chosen, "grant-right",
                                   "Give a coupon or voucher, for a reason", &Self::grant_right);
  grant->add_option("--right", right_id_, "A right of the program in force")->required();
  add_decision_options(*grant);

  CLI::App* const lock =
      add_verb(members, chosen, "lock-tier", "Keep a member at a tier or above, for a reason",
               &Self::lock_tier);
  lock->add_option("--tier", tier_id_, "A tier of the program in force")->required();
  lock->add_option("--until", until_date_, "Last date, YYYY-MM-DD")->required();
  add_decision_options(*lock);

  CLI::App* const note = add_verb(members, chosen, "note", "Write something down", &Self::add_note);
  note->add_option("--text", text_, "What")->required();
  add_request_options(*note);

  add_decision_options(*add_verb(members, chosen, "refuse",
                                 "The member wants no services any more: treatment stops",
                                 &Self::refuse_services));
  add_decision_options(*add_verb(members, chosen, "want", "The member wants our services again",
                                 &Self::want_services));

  add_verb(members, chosen, "points", "The ledger of points, oldest entry first", &Self::points);
}

CLI::App* MemberDecisionCommands::add_verb(CLI::App& members, Action& chosen,
                                           const std::string& name, const std::string& purpose,
                                           Verb verb) {
  CLI::App* const added = members.add_subcommand(name, purpose);
  CLI::Option* const key = added->add_option("KEY", key_, "Phone, card, wallet code or email");
  added->add_option("--id", member_id_, "The member's id instead of a key")->excludes(key);
  added->callback([this, &chosen, verb] {
    chosen = [this, verb](Session& session) { return (this->*verb)(session); };
  });
  return added;
}

void MemberDecisionCommands::add_decision_options(CLI::App& verb) {
  verb.add_option("--note", note_, "Why")->required();
  add_request_options(verb);
}

void MemberDecisionCommands::add_request_options(CLI::App& verb) {
  verb.add_option("--actor", actor_, "Who decides")->required();
  verb.add_option("--request-id", request_id_,
                  "Names this decision for ever; the same again decides nothing twice");
}

absl::StatusOr<std::string> MemberDecisionCommands::find_member_id(Session& session) const {
  if (!member_id_.empty()) return member_id_;
  if (key_.empty()) {
    return as_usage(refuse(v1::REASON_FIELD_MISSING, "give a KEY or --id", {{"field", "KEY"}}));
  }
  v1::GetMemberRequest request;
  request.mutable_key()->set_scanned(key_);
  const auto story = session.call(&v1::MemberService::Stub::GetMember, request);
  if (!story.ok()) return story.status();
  return story->member().member_id();
}

template <typename Request>
absl::Status MemberDecisionCommands::fill_decision(Session& session, Request& request) const {
  request.set_note(note_);
  return fill_request(session, request);
}

template <typename Request>
absl::Status MemberDecisionCommands::fill_request(Session& session, Request& request) const {
  const absl::StatusOr<std::string> member_id = find_member_id(session);
  if (!member_id.ok()) return member_id.status();
  request.set_member_id(*member_id);
  request.set_actor(actor_);
  request.set_request_id(request_id_);
  if (request_id_.empty()) {
    request.set_request_id(new_request_id());
    session.words() << "--request-id " << request.request_id() << '\n';
  }
  return absl::OkStatus();
}

absl::StatusOr<int> MemberDecisionCommands::adjust_points(Session& session) const {
  const std::optional<std::int64_t> points_milli = parse_milli(points_);
  if (!points_milli) {
    return as_usage(refuse(v1::REASON_FIELD_INVALID, "not a number of points: " + points_,
                           {{"field", "--points"}, {"limit", "at most three decimals"}}));
  }
  v1::AdjustPointsRequest request;
  request.set_points_milli(*points_milli);
  if (const absl::Status filled = fill_decision(session, request); !filled.ok()) return filled;
  const auto adjusted = session.call(&v1::MemberService::Stub::AdjustPoints, request);
  if (!adjusted.ok()) return adjusted.status();
  if (session.json()) return print_json(session, *adjusted);
  print_points(session, adjusted->facts().points());
  return kExitDone;
}

absl::StatusOr<int> MemberDecisionCommands::grant_right(Session& session) const {
  v1::GrantMemberRightRequest request;
  request.set_right_id(right_id_);
  if (const absl::Status filled = fill_decision(session, request); !filled.ok()) return filled;
  const auto granted = session.call(&v1::MemberService::Stub::GrantMemberRight, request);
  if (!granted.ok()) return granted.status();
  if (session.json()) return print_json(session, *granted);
  session.out() << granted->right().grant_id() << '\n';
  return kExitDone;
}

absl::StatusOr<int> MemberDecisionCommands::lock_tier(Session& session) const {
  if (const absl::StatusOr<v1::AsOf> until = parse_as_of(until_date_);
      !until.ok() || !until->has_date()) {
    return as_usage(refuse(v1::REASON_FIELD_INVALID, "not a date: " + until_date_,
                           {{"field", "--until"}, {"limit", "YYYY-MM-DD"}}));
  }
  v1::LockTierRequest request;
  request.set_tier_id(tier_id_);
  request.set_until_date(until_date_);
  if (const absl::Status filled = fill_decision(session, request); !filled.ok()) return filled;
  const auto locked = session.call(&v1::MemberService::Stub::LockTier, request);
  if (!locked.ok()) return locked.status();
  if (session.json()) return print_json(session, *locked);
  print_standing(session, locked->member(), session.money());
  return kExitDone;
}

absl::StatusOr<int> MemberDecisionCommands::add_note(Session& session) const {
  v1::AddNoteRequest request;
  request.set_text(text_);
  if (const absl::Status filled = fill_request(session, request); !filled.ok()) return filled;
  const auto added = session.call(&v1::MemberService::Stub::AddNote, request);
  if (!added.ok()) return added.status();
  if (session.json()) return print_json(session, *added);
  session.words() << session.say({"written down", "נרשם"}) << '\n';
  return kExitDone;
}

absl::StatusOr<int> MemberDecisionCommands::set_wish(Session& session, bool refuses) const {
  v1::SetServiceWishRequest request;
  request.set_refuses_services(refuses);
  if (const absl::Status filled = fill_decision(session, request); !filled.ok()) return filled;
  const auto set = session.call(&v1::MemberService::Stub::SetServiceWish, request);
  if (!set.ok()) return set.status();
  if (session.json()) return print_json(session, *set);
  print_standing(session, set->member(), session.money());
  return kExitDone;
}

absl::StatusOr<int> MemberDecisionCommands::refuse_services(Session& session) const {
  return set_wish(session, true);
}

absl::StatusOr<int> MemberDecisionCommands::want_services(Session& session) const {
  return set_wish(session, false);
}

absl::StatusOr<int> MemberDecisionCommands::points(Session& session) const {
  const absl::StatusOr<std::string> member_id = find_member_id(session);
  if (!member_id.ok()) return member_id.status();
  v1::ListPointsRequest request;
  request.set_member_id(*member_id);
  request.set_page_size(kPointsPage);
  std::optional<JsonList> json;
  if (session.json()) json.emplace(session.out(), "entries");
  Table table({{session.say({"no.", "מס׳"}), Align::kRight},
               {session.say(label::kDate)},
               {session.say(label::kKind)},
               {session.say(label::kPoints), Align::kRight},
               {session.say({"source", "מקור"})},
               {session.say(label::kNote)},
               {session.say(label::kActor)}});
  v1::PointsStanding standing;
  const absl::Status walked = session.call_pages(
      &v1::MemberService::Stub::ListPoints, request, [&](const v1::ListPointsResponse& page) {
        standing = page.standing();
        for (const v1::PointsEntry& entry : page.entries()) {
          if (json) {
            json->add(entry);
            continue;
          }
          table.add({session.plain(format_count(entry.entry_number())),
                     session.plain(entry.entry_date()),
                     points_entry_label(entry.kind(), session.language()),
                     session.plain(format_milli(entry.points_milli())),
                     session.plain(entry.source()), entry.note(), entry.actor()});
        }
        return absl::OkStatus();
      });
  if (!walked.ok()) return walked;
  if (json) {
    json->finish();
    return kExitDone;
  }
  print_points(session, standing);
  if (!table.empty()) session.out() << '\n';
  table.print(session.out());
  return kExitDone;
}

}  // namespace moadon::cli

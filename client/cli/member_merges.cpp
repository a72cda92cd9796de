#include "client/cli/member_merges.h"

#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/member_lookup.h"
#include "client/cli/request_id.h"
#include "moadon/v1/member_service.grpc.pb.h"

namespace moadon::cli {
namespace {

// Of a decision that the owner did not name the name is told, so that it can be repeated.
std::string named(Session& session, const std::string& request_id) {
  if (!request_id.empty()) return request_id;
  const std::string name = new_request_id();
  session.words() << "--request-id " << name << '\n';
  return name;
}

}  // namespace

MemberMergeCommands::MemberMergeCommands(CLI::App& members, Action& chosen) : members_(members) {
  CLI::App* const merge = add_verb("merge", "Two members are one person: LOST becomes part of KEPT",
                                   chosen, &MemberMergeCommands::merge);
  merge->add_option("KEPT", kept_, "The one that stays: phone, card, wallet code, email, or id")
      ->required();
  merge->add_option("LOST", lost_, "The one that becomes part of it: key or id")->required();
  CLI::App* const unmerge = add_verb("unmerge", "They are two after all, from now on", chosen,
                                     &MemberMergeCommands::unmerge);
  unmerge->add_option("LOST", lost_, "The id of the one that became part of another")->required();
}

CLI::App* MemberMergeCommands::add_verb(const std::string& name, const std::string& purpose,
                                        Action& chosen,
                                        absl::StatusOr<int> (MemberMergeCommands::*run)(Session&)
                                            const) {
  CLI::App* const added = members_.add_subcommand(name, purpose);
  added->add_option("--note", note_, "Why")->required();
  added->add_option("--actor", actor_, "Who decides")->required();
  added->add_option("--request-id", request_id_,
                    "Names this decision for ever; the same again decides nothing twice");
  added->callback([this, &chosen, run] {
    chosen = [this, run](Session& session) { return (this->*run)(session); };
  });
  return added;
}

absl::StatusOr<int> MemberMergeCommands::merge(Session& session) const {
  const auto kept = look_up_member(session, kept_, "");
  if (!kept.ok()) return kept.status();
  const auto lost = look_up_member(session, lost_, "");
  if (!lost.ok()) return lost.status();
  v1::MergeMembersRequest request;
  request.set_kept_member_id(kept->member().member_id());
  request.set_lost_member_id(lost->member().member_id());
  request.set_note(note_);
  request.set_actor(actor_);
  request.set_request_id(named(session, request_id_));
  const auto merged = session.call(&v1::MemberService::Stub::MergeMembers, request);
  if (!merged.ok()) return merged.status();
  if (session.json()) {
    session.out() << to_json(*merged) << '\n';
    return kExitDone;
  }
  session.out() << session.plain(merged->member().member_id()) << '\n';
  session.words() << session.say({"one member from now on; to undo it: members unmerge ",
                                  "חבר/ה אחד/ת מעכשיו; לביטול: members unmerge "})
                  << request.lost_member_id() << '\n';
  return kExitDone;
}

absl::StatusOr<int> MemberMergeCommands::unmerge(Session& session) const {
  v1::UndoMergeRequest request;
  request.set_lost_member_id(lost_);
  request.set_note(note_);
  request.set_actor(actor_);
  request.set_request_id(named(session, request_id_));
  const auto undone = session.call(&v1::MemberService::Stub::UndoMerge, request);
  if (!undone.ok()) return undone.status();
  if (session.json()) {
    session.out() << to_json(*undone) << '\n';
    return kExitDone;
  }
  session.out() << session.plain(undone->kept().member_id()) << '\n'
                << session.plain(undone->lost().member_id()) << '\n';
  session.words() << session.say({"two members from now on", "שני חברים מעכשיו"}) << '\n';
  return kExitDone;
}

}  // namespace moadon::cli

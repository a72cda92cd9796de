#include "client/cli/member_erasure.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "client/cli/confirmation.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/member_document.h"
#include "client/cli/member_lookup.h"
#include "moadon/v1/member_service.grpc.pb.h"

namespace moadon::cli {
namespace {

absl::Status cannot_write(const std::string& path) {
  return as_usage(refuse(v1::REASON_FIELD_INVALID,
                         absl::StrCat("cannot write ", path, ": ", std::strerror(errno)),
                         {{"field", "--out"}, {"limit", "a file that can be written"}}));
}

}  // namespace

MemberErasureCommands::MemberErasureCommands(CLI::App& members, Action& chosen) {
  const auto add_verb = [&](const char* name, const char* purpose, auto verb) {
    CLI::App* const added = members.add_subcommand(name, purpose);
    CLI::Option* const who =
        added->add_option("KEY", who_, "Phone, card, wallet code, email, or id");
    added->add_option("--id", member_id_, "The member's id instead of a key")->excludes(who);
    added->callback([this, &chosen, verb] {
      chosen = [this, verb](Session& session) { return (this->*verb)(session); };
    });
    return added;
  };
  CLI::App* const access = add_verb("access", "Everything that is held on one person, as JSON",
                                    &MemberErasureCommands::access);
  access->add_option("--out", out_path_, "The file to write; default: stdout");

  CLI::App* const erase = add_verb("erase", "Remove a person's details for good; sums stay",
                                   &MemberErasureCommands::erase);
  erase->add_option("--actor", actor_, "Who decides")->required();
  erase->add_flag("--yes", yes_, "It cannot be taken back");
}

absl::StatusOr<int> MemberErasureCommands::access(Session& session) const {
  const auto member = look_up_member(session, who_, member_id_);
  if (!member.ok()) return member.status();
  // Whole or not at all: what was refused half way is nobody's answer.
  std::ostringstream document;
  const absl::Status written =
      write_member_document(session, *member, MemberDocument::kEverything, document);
  if (!written.ok()) return written;
  if (out_path_.empty()) {
    session.out() << document.str();
    return kExitDone;
  }
  std::ofstream file(out_path_, std::ios::binary | std::ios::trunc);
  file << document.str();
  file.close();
  if (!file) return cannot_write(out_path_);
  return kExitDone;
}

absl::StatusOr<int> MemberErasureCommands::erase(Session& session) const {
  if (const absl::Status sure = confirmed(yes_); !sure.ok()) return sure;
  const auto member = look_up_member(session, who_, member_id_);
  if (!member.ok()) return member.status();
  v1::EraseMemberRequest request;
  request.set_member_id(member->member().member_id());
  request.set_actor(actor_);
  const auto erased = session.call(&v1::MemberService::Stub::EraseMember, request, kLongDeadline);
  if (!erased.ok()) return erased.status();
  if (session.json()) {
    session.out() << to_json(*erased) << '\n';
    return kExitDone;
  }
  session.out() << session.plain(erased->member().member_id()) << '\n';
  session.words() << session.say({"erased; the sums stay under this id",
                                  "הפרטים נמחקו; הסכומים נשארים תחת מזהה זה"})
                  << '\n';
  return kExitDone;
}

}  // namespace moadon::cli

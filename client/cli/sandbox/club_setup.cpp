#include "client/cli/sandbox/club_setup.h"

#include <google/protobuf/util/message_differencer.h>

#include "absl/strings/str_cat.h"
#include "client/cli/programs.h"
#include "moadon/v1/admin_service.grpc.pb.h"
#include "moadon/v1/program.grpc.pb.h"

namespace moadon::cli {
namespace {

constexpr int kListPage = 1000;

absl::Status disagrees(const std::string& field, const std::string& message) {
  return refuse(v1::REASON_PROGRAM_FIELD_FIXED, message, {{"field", field}});
}

absl::StatusOr<v1::Program> wished_program(const ProgramWish& wish) {
  if (wish.file.empty()) {
    ProgramBasis basis;
    if (!wish.time_zone.empty()) basis.time_zone = wish.time_zone;
    return program_template(basis);
  }
  absl::StatusOr<v1::Program> program = read_program(wish.file);
  if (!program.ok()) return program;
  if (program->time_zone().empty()) program->set_time_zone(wish.time_zone);
  if (!wish.time_zone.empty() && program->time_zone() != wish.time_zone) {
    return disagrees("time_zone", absl::StrCat("the program in ", wish.file, " is in zone ",
                                               program->time_zone(), ", not in ", wish.time_zone));
  }
  return program;
}

// What the owner wrote, without what the server adds.
v1::Program document_of(v1::Program program) {
  program.clear_version();
  program.clear_start_time();
  program.clear_publish_time();
  return program;
}

absl::Status check_agreement(const ProgramWish& wish, const v1::Program& kept) {
  if (!wish.time_zone.empty() && kept.time_zone() != wish.time_zone) {
    return disagrees("time_zone",
                     absl::StrCat("this club is in zone ", kept.time_zone(), " for ever; for ",
                                  wish.time_zone, " take another --dir"));
  }
  if (wish.file.empty()) return absl::OkStatus();
  const absl::StatusOr<v1::Program> wished = wished_program(wish);
  if (!wished.ok()) return wished.status();
  if (google::protobuf::util::MessageDifferencer::Equals(document_of(*wished), document_of(kept))) {
    return absl::OkStatus();
  }
  return disagrees("--program",
                   absl::StrCat("this club has another program in force (version ", kept.version(),
                                "); publish a new version with `moadon program publish ", wish.file,
                                "`, or take another --dir"));
}

}  // namespace

absl::Status ensure_program(Session& owner, const ProgramWish& wish) {
  const auto kept = owner.call(&v1::ProgramService::Stub::GetProgram, v1::GetProgramRequest());
  if (kept.ok()) return check_agreement(wish, kept->program());
  if (reason_of(kept.status()) != v1::REASON_PROGRAM_MISSING) return kept.status();
  absl::StatusOr<v1::Program> program = wished_program(wish);
  if (!program.ok()) return program.status();
  v1::PublishProgramRequest request;
  *request.mutable_program() = *std::move(program);
  return owner.call(&v1::ProgramService::Stub::PublishProgram, request).status();
}

absl::Status ensure_branch(Session& owner) {
  v1::AddBranchRequest request;
  request.mutable_branch()->set_branch_id(kBranchId);
  const auto added = owner.call(&v1::AdminService::Stub::AddBranch, request);
  const bool exists = reason_of(added.status()) == v1::REASON_ID_TAKEN;
  return exists ? absl::OkStatus() : added.status();
}

absl::StatusOr<std::string> issue_token(Session& owner, const std::string& register_id,
                                        bool replays_history) {
  v1::AddRegisterRequest request;
  request.mutable_register_()->set_register_id(register_id);
  request.mutable_register_()->set_branch_id(kBranchId);
  request.mutable_register_()->set_replays_history(replays_history);
  auto added = owner.call(&v1::AdminService::Stub::AddRegister, request);
  if (reason_of(added.status()) == v1::REASON_ID_TAKEN) {
    request.set_new_token(true);
    added = owner.call(&v1::AdminService::Stub::AddRegister, request);
  }
  if (!added.ok()) return added.status();
  return added->token();
}

absl::Status check_kind(Session& owner, const std::string& register_id, bool replays_history) {
  v1::ListRegistersRequest request;
  request.set_page_size(kListPage);
  bool differs = false;
  const absl::Status walked = owner.call_pages(
      &v1::AdminService::Stub::ListRegisters, request, [&](const v1::ListRegistersResponse& page) {
        for (const v1::Register& entry : page.registers()) {
          differs = differs || (entry.register_id() == register_id &&
                                entry.replays_history() != replays_history);
        }
        return absl::OkStatus();
      });
  if (!walked.ok() || !differs) return walked;
  return refuse(v1::REASON_ID_TAKEN,
                absl::StrCat("register ", register_id,
                             replays_history ? " sells live, it cannot replay history"
                                             : " replays history, it cannot sell live"),
                {{"register_id", register_id}});
}

}  // namespace moadon::cli

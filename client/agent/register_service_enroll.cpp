// Enroll, and who is known by an enrolment that the server has not heard of yet.
#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"
#include "client/agent/register_service.h"
#include "identity/cashier_line.h"
#include "identity/normal_key.h"
#include "identity/provisional_id.h"
#include "moadon/v1/sync_service.grpc.pb.h"
#include "rules/calendar.h"
#include "rules/enrollment_check.h"
#include "rules/program.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

absl::StatusOr<std::vector<NormalKey>> normal_keys(const v1::EnrollMemberRequest& member,
                                                   const std::string& country_code) {
  std::vector<NormalKey> keys;
  for (int i = 0; i < member.keys_size(); ++i) {
    auto key = normal_key(member.keys(i), country_code, absl::StrCat("keys[", i, "]"));
    if (!key.ok()) return key.status();
    keys.push_back(*std::move(key));
  }
  return keys;
}

// By what somebody is told from others here.
const std::string& id_of(const Provisional& enrolled) {
  return enrolled.member_id.empty() ? enrolled.provisional_id : enrolled.member_id;
}

}  // namespace

grpc::Status RegisterService::Enroll(grpc::ServerContext* context, const v1::EnrollRequest* request,
                                     v1::EnrollResponse* response) {
  return serve(*context, [&](const Caller& caller) -> absl::Status {
    if (!request->has_member()) {
      return refuse(v1::REASON_FIELD_MISSING, "member is missing", {{"field", "member"}});
    }
    v1::SyncEnrollRequest question;
    *question.mutable_member() = request->member();
    auto enrolled = caller.till.line.ask(&v1::SyncService::Stub::Enroll, question, kCashierLongWait,
                                         caller.time_left);
    if (reason_of(enrolled.status()) == v1::REASON_SERVER_UNREACHABLE) {
      return enroll_offline(caller, request->member(), *response->mutable_member());
    }
    if (!enrolled.ok()) return enrolled.status();
    *response->mutable_member() = std::move(*enrolled->mutable_member());
    parts_.facts.remember(response->member().facts(), parts_.time.latest_us());
    return absl::OkStatus();
  });
}

absl::StatusOr<RegisterService::KnownHolder> RegisterService::holder_of(
    const v1::EnrollMemberRequest& member, absl::Span<const NormalKey> keys) {
  KnownHolder holder;
  std::string held_by;
  for (size_t i = 0; i < keys.size(); ++i) {
    std::string id;
    if (const auto card = parts_.cards.find(keys.subspan(i, 1))) {
      id = holder.member_id = card->member_id();
      holder.key = member.keys(static_cast<int>(i));
    } else {
      const auto enrolled = parts_.enrollments.find(keys[i]);
      if (!enrolled.ok()) return enrolled.status();
      if (*enrolled) id = id_of(**enrolled);
    }
    if (id.empty()) continue;
    if (!held_by.empty() && held_by != id) {
      const std::string field = absl::StrCat("keys[", i, "]");
      return refuse(v1::REASON_KEY_TAKEN, absl::StrCat(field, " belongs to another member"),
                    {{"field", field}});
    }
    held_by = std::move(id);
  }
  return holder;
}

absl::Status RegisterService::enroll_offline(const Caller& caller,
                                             const v1::EnrollMemberRequest& member,
                                             v1::IdentifyResponse& response) {
  absl::Status checked = check_enrollment(member, nullptr);
  if (!checked.ok()) return checked;
  const auto pricing = parts_.shelf.in_force(now_us());
  if (pricing == nullptr) {
    return refuse(v1::REASON_PROGRAM_MISSING, "the agent has no program yet");
  }
  auto keys = normal_keys(member, pricing->program().country_code());
  if (!keys.ok()) return keys.status();
  const absl::StatusOr<KnownHolder> holder = holder_of(member, *keys);
  if (!holder.ok()) return holder.status();

  NewEnrollment enrollment;
  enrollment.register_id = caller.till.register_id;
  enrollment.member = member;
  enrollment.keys = *std::move(keys);
  enrollment.member_id = holder->member_id;
  if (const auto corrected_us = parts_.link.corrected_now_us()) {
    *enrollment.context.mutable_corrected_at() = timestamp_of(*corrected_us);
  }
  enrollment.commit_time_us = now_us();
  const absl::StatusOr<Provisional> enrolled = parts_.enrollments.enroll(enrollment);
  if (!enrolled.ok()) return enrolled.status();
  caller.till.courier.notify_work();
  if (!holder->member_id.empty()) return identify_offline(holder->key, response);
  answer_enrolled(*enrolled, response);
  return absl::OkStatus();
}

void RegisterService::answer_enrolled(const Provisional& enrolled, v1::IdentifyResponse& response) {
  const auto pricing = parts_.shelf.in_force(now_us());
  const v1::Program& program = program_in(pricing);
  response.mutable_facts()->set_member_id(id_of(enrolled));
  response.set_display_name(enrolled.display_name);
  response.set_cashier_line(cashier_line(language_of(program), first_name_in(enrolled.display_name),
                                         v1::STAGE_UNSPECIFIED));
  response.set_is_provisional(enrolled.member_id.empty());
}

absl::Status RegisterService::identify_enrolled(const v1::Key& key, const absl::Status& otherwise,
                                                v1::IdentifyResponse& response) {
  const auto pricing = parts_.shelf.in_force(now_us());
  if (pricing == nullptr) return otherwise;
  // The server knows better who is nobody, but for those of whom it has not heard.
  const bool is_heard = reason_of(otherwise) != v1::REASON_SERVER_UNREACHABLE;
  for (const NormalKey& candidate :
       presented_key(key, pricing->program().country_code()).candidates) {
    const auto enrolled = parts_.enrollments.find(candidate);
    if (!enrolled.ok() || !*enrolled) continue;
    if (is_heard && !(*enrolled)->member_id.empty()) continue;
    answer_enrolled(**enrolled, response);
    return absl::OkStatus();
  }
  return otherwise;
}

std::string RegisterService::member_meant(const std::string& member_id) {
  if (!is_provisional_id(member_id)) return member_id;
  const auto enrolled = parts_.enrollments.find(member_id);
  return enrolled.ok() && *enrolled ? id_of(**enrolled) : member_id;
}

std::string RegisterService::member_to_record(const Caller& caller, const std::string& member_id) {
  if (!is_provisional_id(member_id)) return member_id;
  const auto enrolled = parts_.enrollments.find(member_id);
  if (!enrolled.ok() || !*enrolled) return member_id;
  const absl::Status known_here =
      parts_.enrollments.enroll_at(caller.till.register_id, **enrolled, now_us());
  // The sale's key may still say whose it is, and the sale must not wait for that.
  if (!known_here.ok()) {
    spdlog::warn("event=enrolment_not_copied register={} reason={}", caller.till.register_id,
                 v1::Reason_Name(reason_of(known_here)));
  }
  return id_of(**enrolled);
}

}  // namespace moadon::agent

#include "moadon/v1/sync_service.pb.h"
#include "server/operations/cancel_hold.h"
#include "server/operations/enroll_member.h"
#include "server/operations/fetch_cards.h"
#include "server/operations/find_member.h"
#include "server/operations/hand_over.h"
#include "server/operations/note_asked.h"
#include "server/operations/note_heartbeat.h"
#include "server/operations/place_hold.h"
#include "server/operations/read_members.h"
#include "server/operations/read_programs.h"
#include "server/operations/read_receipts.h"
#include "server/operations/record.h"
#include "server/operations/take_leases.h"
#include "server/rpc/services.h"

namespace moadon::rpc {
namespace {

// The agent's enrolment answers with the register's part of the member only.
void enroll(Club& club, const Caller& caller, const v1::SyncEnrollRequest& request,
            Answer<v1::SyncEnrollResponse> answer) {
  enroll_member_at(
      club, *caller.at, request.member(),
      [answer = std::move(answer)](absl::StatusOr<v1::IdentifyResponse> member) mutable {
        if (!member.ok()) return std::move(answer)(member.status());
        v1::SyncEnrollResponse response;
        *response.mutable_member() = *std::move(member);
        std::move(answer)(std::move(response));
      });
}

void heartbeat(Club& club, const Caller& caller, const v1::HeartbeatRequest& request,
               Answer<v1::HeartbeatResponse> answer) {
  note_heartbeat(
      club, *caller.at, request,
      [answer = std::move(answer)](absl::StatusOr<v1::HeartbeatResponse> response) mutable {
        if (response.ok()) response->set_server_version(MOADON_VERSION);
        std::move(answer)(std::move(response));
      });
}

}  // namespace

void add_sync_service(Methods& methods, Club& club) {
  methods.add_write<v1::RecordRequest, v1::RecordResponse>(
      "/moadon.v1.SyncService/Record",
      [&club](const Caller& caller, const auto& request, auto answer) {
        record(club, *caller.at, request, std::move(answer));
      });
  methods.add_read<v1::FindMemberRequest, ReadyBytes>(
      "/moadon.v1.SyncService/FindMember", Run::kAtOnce,
      [&club](const Caller&, const auto& request) {
        return find_member_bytes(club, request.key());
      });
  methods.add_read<v1::FetchFactsRequest, v1::FetchFactsResponse>(
      "/moadon.v1.SyncService/FetchFacts", Run::kOnWorker,
      [&club](const Caller&, const auto& request) { return fetch_facts(club, request); });
  methods.add_read<v1::FetchCardsRequest, v1::FetchCardsResponse>(
      "/moadon.v1.SyncService/FetchCards", Run::kOnWorker,
      [&club](const Caller& caller, const auto& request) {
        return fetch_cards(club, *caller.at, request);
      });
  methods.add_read<v1::GetFactsRequest, v1::GetFactsResponse>(
      "/moadon.v1.SyncService/GetFacts", Run::kAtOnce,
      [&club](const Caller&, const auto& request) { return get_facts(club, request); });
  methods.add_write<v1::PlaceHoldRequest, v1::PlaceHoldResponse>(
      "/moadon.v1.SyncService/PlaceHold",
      [&club](const Caller& caller, const auto& request, auto answer) {
        place_hold(club, *caller.at, request, std::move(answer));
      });
  methods.add_write<v1::CancelHoldRequest, v1::CancelHoldResponse>(
      "/moadon.v1.SyncService/CancelHold",
      [&club](const Caller& caller, const auto& request, auto answer) {
        cancel_hold(club, *caller.at, request, std::move(answer));
      });
  methods.add_write<v1::TakeLeasesRequest, v1::TakeLeasesResponse>(
      "/moadon.v1.SyncService/TakeLeases",
      [&club](const Caller& caller, const auto& request, auto answer) {
        take_leases(club, *caller.at, request, std::move(answer));
      },
      Run::kOnWorker);
  methods.add_read<v1::FetchProgramsRequest, v1::FetchProgramsResponse>(
      "/moadon.v1.SyncService/FetchPrograms", Run::kAtOnce,
      [&club](const Caller&, const auto& request) { return fetch_programs(club, request); });
  methods.add_write<v1::SyncEnrollRequest, v1::SyncEnrollResponse>(
      "/moadon.v1.SyncService/Enroll",
      [&club](const Caller& caller, const auto& request, auto answer) {
        enroll(club, caller, request, std::move(answer));
      });
  methods.add_write<v1::NoteAskedRequest, v1::NoteAskedResponse>(
      "/moadon.v1.SyncService/NoteAsked",
      [&club](const Caller& caller, const auto& request, auto answer) {
        note_asked(club, *caller.at, request, std::move(answer));
      });
  methods.add_write<v1::HandOverRequest, v1::HandOverResponse>(
      "/moadon.v1.SyncService/HandOver",
      [&club](const Caller& caller, const auto& request, auto answer) {
        hand_over(club, *caller.at, request, std::move(answer));
      });
  methods.add_read<v1::SyncGetReceiptRequest, v1::SyncGetReceiptResponse>(
      "/moadon.v1.SyncService/GetReceipt", Run::kAtOnce,
      [&club](const Caller&, const auto& request) { return get_receipt(club, request); });
  methods.add_write<v1::HeartbeatRequest, v1::HeartbeatResponse>(
      "/moadon.v1.SyncService/Heartbeat",
      [&club](const Caller& caller, const auto& request, auto answer) {
        heartbeat(club, caller, request, std::move(answer));
      });
}

}  // namespace moadon::rpc

#include "server/operations/enroll_member.h"

#include <utility>

#include "server/operations/keep_enrollment.h"
#include "server/operations/member_message.h"

namespace moadon {
namespace {

// Keeps what was prepared, or refuses as that says. `make(connection, enrolled, moment)` answers.
template <typename Response, typename Make>
void keep_and_answer(Club& club, absl::StatusOr<Enrollment> enrollment, Make make,
                     Answer<Response> answer) {
  if (!enrollment.ok()) {
    std::move(answer)(enrollment.status());
    return;
  }
  club.write<Response>(
      [enrollment = *std::move(enrollment), make](sqlite::Connection& connection,
                                                  WriterState& state) -> absl::StatusOr<Response> {
        const absl::StatusOr<Enrolled> enrolled = keep_enrollment(connection, state, enrollment);
        if (!enrolled.ok()) return enrolled.status();
        return make(connection, *enrolled, Moment{*state.view(), state.now_us()});
      },
      std::move(answer));
}

template <typename Response>
absl::StatusOr<Response> with_member(sqlite::Connection& connection, const Enrolled& enrolled,
                                     const Moment& moment) {
  absl::StatusOr<v1::Member> member = member_message(connection, enrolled.row, moment);
  if (!member.ok()) return member.status();
  Response response;
  *response.mutable_member() = *std::move(member);
  return response;
}

}  // namespace

void enroll_member(Club& club, const v1::EnrollMemberRequest& request,
                   Answer<v1::EnrollMemberResponse> answer) {
  keep_and_answer<v1::EnrollMemberResponse>(
      club, prepare_enrollment(request, *club.view(), nullptr, club.clock().now_us()),
      with_member<v1::EnrollMemberResponse>, std::move(answer));
}

void enroll_member_at(Club& club, const RegisterView& at, const v1::EnrollMemberRequest& request,
                      Answer<v1::IdentifyResponse> answer) {
  const auto make = [](sqlite::Connection& connection, const Enrolled& enrolled,
                       const Moment& moment) -> absl::StatusOr<v1::IdentifyResponse> {
    absl::StatusOr<v1::IdentifyResponse> member =
        identify_message(connection, enrolled.row, moment);
    // Whoever has just answered one question is not asked the next.
    if (member.ok()) member->clear_ask();
    return member;
  };
  keep_and_answer<v1::IdentifyResponse>(
      club, prepare_enrollment(request, *club.view(), &at, club.clock().now_us()), make,
      std::move(answer));
}

void capture_lead(Club& club, const v1::CaptureLeadRequest& request,
                  Answer<v1::CaptureLeadResponse> answer) {
  const auto make = [](sqlite::Connection& connection, const Enrolled& enrolled,
                       const Moment& moment) {
    auto response = with_member<v1::CaptureLeadResponse>(connection, enrolled, moment);
    if (response.ok()) response->set_was_known(enrolled.was_known);
    return response;
  };
  keep_and_answer<v1::CaptureLeadResponse>(
      club, prepare_lead(request, *club.view(), club.clock().now_us()), make, std::move(answer));
}

}  // namespace moadon

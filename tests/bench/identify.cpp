#include "tests/bench/identify.h"

#include <stdexcept>

#include "echo.pb.h"
#include "tests/bench/members.h"
#include "tests/bench/samples.h"

namespace moadon::bench {
namespace {

constexpr int kOutstanding = 64;
constexpr char kFindMember[] = "/moadon.v1.SyncService/FindMember";
constexpr char kEcho[] = "/moadon.bench.EchoService/Echo";

std::vector<grpc::ByteBuffer> find_requests(int member_count, bool by_phone) {
  std::vector<grpc::ByteBuffer> requests;
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < member_count; ++i) {
    const auto number = static_cast<int>(random() % static_cast<uint64_t>(member_count));
    v1::FindMemberRequest request;
    if (by_phone) {
      request.mutable_key()->set_phone(local_phone_of(number));
    } else {
      request.mutable_key()->set_card(card_of(number));
    }
    requests.push_back(to_bytes(request));
  }
  return requests;
}

// An echo of the same sizes, payloads' own framing included.
std::vector<grpc::ByteBuffer> echo_requests(const grpc::ByteBuffer& request,
                                            const grpc::ByteBuffer& answer) {
  constexpr size_t kPayloadFraming = 2;
  constexpr size_t kAnswerBytesField = 3;
  EchoRequest echo;
  echo.set_answer_bytes(static_cast<int>(answer.Length() - kPayloadFraming));
  echo.set_payload(std::string(
      request.Length() - std::min(request.Length(), kPayloadFraming + kAnswerBytesField), 'x'));
  return {to_bytes(echo)};
}

}  // namespace

void measure_identify(const Connections& server, const Connections& echo,
                      const IdentifyPlan& plan) {
  const auto by_card = find_requests(plan.member_count, /*by_phone=*/false);
  const auto by_phone = find_requests(plan.member_count, /*by_phone=*/true);
  const auto bare = echo_requests(by_card.front(), server.call(kFindMember, by_card.front()));
  const auto run = [&](const Connections& to, const char* path, const auto& requests) {
    return to.run({.path = path,
                   .requests = requests,
                   .outstanding = kOutstanding,
                   .repeat_for = plan.round_length});
  };
  // Once unmeasured: first connections, cold caches.
  run(echo, kEcho, bare);
  run(server, kFindMember, by_card);
  run(server, kFindMember, by_phone);
  Series echo_series;
  Series card_series;
  Series phone_series;
  for (int round = 0; round < plan.rounds; ++round) {
    card_series.add(run(server, kFindMember, by_card));
    echo_series.add(run(echo, kEcho, bare));
    phone_series.add(run(server, kFindMember, by_phone));
  }
  report_series("echo", "calls", echo_series, nullptr);
  report_series("identify_card", "calls", card_series, &echo_series);
  report_series("identify_phone", "calls", phone_series, &echo_series);
}

}  // namespace moadon::bench

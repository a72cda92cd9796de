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
constexpr char kFind[] = "/moadon.bench.EchoService/Find";

// As the server's tables number them.
constexpr int kPhoneKind = 1;
constexpr int kCardKind = 2;

// What `make` asks of each of `member_count` members, drawn at random.
template <typename Make>
std::vector<grpc::ByteBuffer> requests_of(int member_count, const Make& make) {
  std::vector<grpc::ByteBuffer> requests;
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < member_count; ++i) {
    requests.push_back(
        to_bytes(make(static_cast<int>(random() % static_cast<uint64_t>(member_count)))));
  }
  return requests;
}

v1::FindMemberRequest find_by_card(int number) {
  v1::FindMemberRequest request;
  request.mutable_key()->set_card(card_of(number));
  return request;
}

v1::FindMemberRequest find_by_phone(int number) {
  v1::FindMemberRequest request;
  request.mutable_key()->set_phone(local_phone_of(number));
  return request;
}

FindRequest raw_find(int kind, std::string value, int answer_bytes) {
  FindRequest request;
  request.set_kind(kind);
  request.set_value(std::move(value));
  request.set_answer_bytes(answer_bytes);
  return request;
}

constexpr size_t kPayloadFraming = 2;

// An echo of the same sizes, payloads' own framing included.
std::vector<grpc::ByteBuffer> echo_requests(const grpc::ByteBuffer& request,
                                            const grpc::ByteBuffer& answer) {
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
  const auto by_card = requests_of(plan.member_count, find_by_card);
  const auto by_phone = requests_of(plan.member_count, find_by_phone);
  const grpc::ByteBuffer answer = server.call(kFindMember, by_card.front());
  const auto bare = echo_requests(by_card.front(), answer);
  const int answer_bytes = static_cast<int>(answer.Length() - kPayloadFraming);
  const auto raw_by_card = requests_of(plan.member_count, [&](int number) {
    return raw_find(kCardKind, kept_card_of(number), answer_bytes);
  });
  const auto raw_by_phone = requests_of(plan.member_count, [&](int number) {
    return raw_find(kPhoneKind, kept_phone_of(number), answer_bytes);
  });
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
  run(echo, kFind, raw_by_card);
  run(echo, kFind, raw_by_phone);
  Series echo_series;
  Series raw_card_series;
  Series raw_phone_series;
  Series card_series;
  Series phone_series;
  for (int round = 0; round < plan.rounds; ++round) {
    card_series.add(run(server, kFindMember, by_card));
    raw_card_series.add(run(echo, kFind, raw_by_card));
    echo_series.add(run(echo, kEcho, bare));
    raw_phone_series.add(run(echo, kFind, raw_by_phone));
    phone_series.add(run(server, kFindMember, by_phone));
  }
  report_series("echo", "calls", echo_series, nullptr);
  report_series("raw_card", "calls", raw_card_series, nullptr);
  report_series("raw_phone", "calls", raw_phone_series, nullptr);
  report_series("identify_card", "calls", card_series, &echo_series);
  report_series("identify_phone", "calls", phone_series, &echo_series);
}

}  // namespace moadon::bench

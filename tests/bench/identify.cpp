#include "tests/bench/identify.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

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

// As many members as there are, drawn at random: some twice, some never.
std::vector<int> any_members(int member_count) {
  std::vector<int> numbers;
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < member_count; ++i) {
    numbers.push_back(static_cast<int>(random() % static_cast<uint64_t>(member_count)));
  }
  return numbers;
}

// Each member once, in no order.
std::vector<int> every_member(int member_count) {
  std::vector<int> numbers(static_cast<size_t>(member_count));
  std::iota(numbers.begin(), numbers.end(), 0);
  std::shuffle(numbers.begin(), numbers.end(), std::mt19937_64(kSeed));
  return numbers;
}

// What `make` asks of each.
template <typename Make>
std::vector<grpc::ByteBuffer> requests_of(const std::vector<int>& numbers, const Make& make) {
  std::vector<grpc::ByteBuffer> requests;
  requests.reserve(numbers.size());
  for (const int number : numbers) requests.push_back(to_bytes(make(number)));
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

// Echoes of the same sizes, payloads' own framing included; `count` of them, as many as are asked
// of the server: that many requests are work for the client's memory.
std::vector<grpc::ByteBuffer> echo_requests(size_t count, const grpc::ByteBuffer& request,
                                            const grpc::ByteBuffer& answer) {
  constexpr size_t kAnswerBytesField = 3;
  EchoRequest echo;
  echo.set_answer_bytes(static_cast<int>(answer.Length() - kPayloadFraming));
  echo.set_payload(std::string(
      request.Length() - std::min(request.Length(), kPayloadFraming + kAnswerBytesField), 'x'));
  std::vector<grpc::ByteBuffer> requests(count);
  std::generate(requests.begin(), requests.end(), [&echo] { return to_bytes(echo); });
  return requests;
}

// Every member once: what the first ask of a day costs. Leaves what the server remembers as full as
// a day makes it.
template <typename Make>
Series ask_first(const Connections& server, int member_count, const Make& make) {
  Series series;
  series.add(server.run({.path = kFindMember,
                         .requests = requests_of(every_member(member_count), make),
                         .outstanding = kOutstanding}));
  return series;
}

}  // namespace

void measure_identify(const Connections& server, const Connections& echo,
                      const IdentifyPlan& plan) {
  const Series first_card_series = ask_first(server, plan.member_count, find_by_card);
  const Series first_phone_series = ask_first(server, plan.member_count, find_by_phone);
  const std::vector<int> members = any_members(plan.member_count);
  const auto by_card = requests_of(members, find_by_card);
  const auto by_phone = requests_of(members, find_by_phone);
  const grpc::ByteBuffer answer = server.call(kFindMember, by_card.front());
  const auto bare = echo_requests(members.size(), by_card.front(), answer);
  const int answer_bytes = static_cast<int>(answer.Length() - kPayloadFraming);
  const auto raw_by_card = requests_of(
      members, [&](int number) { return raw_find(kCardKind, kept_card_of(number), answer_bytes); });
  const auto raw_by_phone = requests_of(members, [&](int number) {
    return raw_find(kPhoneKind, kept_phone_of(number), answer_bytes);
  });
  const auto run = [&](const Connections& to, const char* path, const auto& requests) {
    return to.run({.path = path,
                   .requests = requests,
                   .outstanding = kOutstanding,
                   .repeat_for = plan.round_length});
  };
  // Once unmeasured: first connections, cold caches. The server has had its turn.
  run(echo, kEcho, bare);
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
  report_series("identify_first_card", "calls", first_card_series, &raw_card_series);
  report_series("identify_first_phone", "calls", first_phone_series, &raw_phone_series);
  report_series("identify_card", "calls", card_series, &echo_series);
  report_series("identify_phone", "calls", phone_series, &echo_series);
}

}  // namespace moadon::bench

// The people and purchases that the measurements are made with. Everything is the same in each run,
// but for the time.
#pragma once

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/sync_service.pb.h"
#include "tests/bench/calls.h"
#include "tests/bench/member_numbers.h"

namespace moadon::bench {

inline constexpr uint64_t kSeed = 20260601;

grpc::ByteBuffer to_bytes(const google::protobuf::MessageLite& message);
// Throws std::runtime_error when the bytes are no such message.
void parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite& message);

// A member by number, as the server knows them.
struct KnownMember {
  int number = 0;
  v1::MemberFacts facts;
};

// Enrolls members 0 to `count` - 1, each with a phone and a card.
void enroll_members(const Connections& server, int count);
// `count` of the members 0 to `member_count` - 1, evenly among them; all when they are fewer.
std::vector<KnownMember> find_members(const Connections& server, int member_count, int count);

// A sale of `line_count` lines, paid now with card `number`'s holder present.
v1::Sale make_sale(const std::string& receipt, int number, int line_count);

// Sales as an agent delivers them: each by a random member, with a receipt that no other has.
class SaleMaker final {
 public:
  explicit SaleMaker(std::vector<KnownMember> members);

  // `call_count` RecordRequests of `entry_count` sales with five lines.
  std::vector<grpc::ByteBuffer> make_requests(int call_count, int entry_count);

 private:
  v1::RecordEntry make_entry();

  const std::vector<KnownMember> members_;
  std::mt19937_64 random_{kSeed};
  int64_t sequence_ = 0;
};

}  // namespace moadon::bench

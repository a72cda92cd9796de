// What a register is shown of a member, as it is remembered (member_cache.h, answer_shelf.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/storage/member_store.h"

namespace moadon {

// What a register is shown of a member, ready to be sent. The facts in it are lasting ones
// (member_facts.h), good on one day of the club under one version of the program, and issued
// already unless what the club uses belongs to them.
struct KnownMember {
  // Bytes of a v1.FindMemberResponse. Shared, because many callers are shown the same.
  std::shared_ptr<const std::string> answer;
  int64_t facts_day = 0;
  int64_t program_version = 0;
};

// A member's stamp, taken before their rows are read.
struct MemberStamp {
  int64_t member_id = storage::kNobody;
  uint64_t value = 0;
};

// A member, and the stamp as long as which they are shown.
struct RememberedMember {
  MemberStamp stamp;
  KnownMember member;
};

}  // namespace moadon

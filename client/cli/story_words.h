// A member's story in words: what happened, and what there is to say of it.
#pragma once

#include <string>

#include "client/cli/session.h"
#include "moadon/v1/member_service.pb.h"

namespace moadon::cli {

struct StoryWords {
  std::string what;     // "purchase", "stage"
  std::string details;  // "₪120.00, register r1, receipt 17"; empty: nothing more
};

StoryWords story_words(const Session& session, const v1::StoryEvent& event, const Money& money);

}  // namespace moadon::cli

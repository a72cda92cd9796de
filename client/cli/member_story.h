// A member on the screen: standing, rights, story.
#pragma once

#include <string>

#include "client/cli/session.h"
#include "moadon/v1/member_service.pb.h"

namespace moadon::cli {

std::string key_text(const v1::Key& key);
// Both names, or the one that is known.
std::string name_of(const v1::Member& member);

// Who they are and where they stand: one row per thing known.
void print_standing(Session& session, const v1::Member& member, const Money& money);
// Standing, locks and rights; a table of nothing is left out.
void print_member(Session& session, const v1::GetMemberResponse& member, const Money& money);
// What happened to the member, in order.
absl::Status print_story(Session& session, const std::string& member_id, const Money& money);

}  // namespace moadon::cli

// A member on the screen: standing, moves, rights.
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
// Standing, moves between stages and tiers, locks and rights; a table of nothing is left out.
void print_story(Session& session, const v1::GetMemberResponse& story, const Money& money);

}  // namespace moadon::cli

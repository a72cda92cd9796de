// What people are, say, agree to and decide, in words.
#pragma once

#include <string>

#include "client/cli/language.h"
#include "moadon/v1/member_service.pb.h"

namespace moadon::cli {

// Empty: not known.
std::string gender_label(v1::Gender gender, Language language);
std::string family_label(v1::FamilyStatus status, Language language);
std::string sign_label(v1::SignKind kind, Language language);
std::string channel_label(v1::ContactChannel channel, Language language);
std::string decision_label(v1::DecisionKind kind, Language language);

}  // namespace moadon::cli

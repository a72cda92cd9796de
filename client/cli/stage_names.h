// How stages are called in files and on screens.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "client/cli/language.h"
#include "moadon/v1/member_service.pb.h"

namespace moadon::cli {

// In the order of the enum.
inline constexpr std::array kStages = {v1::STAGE_POTENTIAL, v1::STAGE_INTERESTED,
                                       v1::STAGE_NEW,       v1::STAGE_ACTIVE,
                                       v1::STAGE_LOYAL,     v1::STAGE_CHURNING};

// "potential" .. "churning", for programs; empty for anything else.
std::string stage_code(v1::Stage stage);

// The stage of a code, in any case; nothing for other words.
std::optional<v1::Stage> stage_of(std::string_view code);

// For people.
std::string stage_label(v1::Stage stage, Language language);
std::string stage_reason_label(v1::StageReason reason, Language language);

}  // namespace moadon::cli

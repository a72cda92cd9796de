// What is not known of a member, and which of it a cashier should ask for now.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "moadon/v1/register_service.pb.h"
#include "moadon/v1/settings.pb.h"
#include "server/operations/club_settings.h"
#include "server/operations/member_facts.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_field_store.h"
#include "server/storage/member_store.h"

namespace moadon {

// Whether a cashier can be asked to ask for it: "phone", "email", a detail, or a field of the
// owner's by its form.
bool is_ask_field(absl::string_view field);

// Those of ask_fields() that are not known. `custom_values`: of the member.
std::vector<std::string> missing_fields(const v1::ClubSettings& settings,
                                        const storage::NameAndContacts& known,
                                        const std::vector<storage::CustomValueRow>& custom_values);

// The first that was not asked for within the pause; business days count. Empty: none.
std::optional<std::string> field_to_ask(const std::vector<std::string>& missing,
                                        const std::vector<storage::AskRow>& asks,
                                        int64_t pause_days, const Moment& moment);

// Fills in missing_fields and ask, which hold until the member or the settings change or the club's
// day ends. Whoever wants no services, or was erased, is not asked. Members of whom nothing is
// missing, or who were asked nothing lately, cost no query unless the owner asks for own fields.
absl::Status tell_missing(sqlite::Connection& connection, const storage::MemberRow& member,
                          const storage::NameAndContacts& known, const Moment& moment,
                          v1::IdentifyResponse& response);

}  // namespace moadon

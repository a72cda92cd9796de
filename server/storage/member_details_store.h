// Who members are: the only home of personal details. Everything here can be erased without
// changing a sum.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "identity/normal_key.h"
#include "server/storage/member_store.h"
#include "server/storage/query.h"
#include "server/storage/receipt_store.h"

namespace moadon::storage {

using moadon::KeyKind;
using KeyRow = NormalKey;

struct DetailsRow {
  std::string first_name;
  std::string last_name;
  std::string birth_date;        // YYYY-MM-DD; empty: not known
  std::string anniversary_date;  // YYYY-MM-DD; empty: not known
  int gender = 0;                // v1::Gender
  int family_status = 0;         // v1::FamilyStatus
  std::string city;
  std::string language_code;
  int preferred_channel = 0;  // v1::ContactChannel

  bool operator==(const DetailsRow&) const = default;
};

struct ConsentRow {
  int channel = 0;  // v1::ContactChannel
  bool granted = false;
  std::string wording;
  int64_t occurred_us = 0;
  std::string place;
};

absl::StatusOr<std::optional<DetailsRow>> find_details(Connection& connection, int64_t member_id);
absl::Status keep_details(Connection& connection, int64_t member_id, const DetailsRow& details);

// Who holds a key; empty: nobody.
absl::StatusOr<std::optional<int64_t>> find_key_holder(Connection& connection, KeyKind kind,
                                                       absl::string_view value);
// Of all members.
absl::StatusOr<int64_t> count_keys(Connection& connection);
// At most two different members of whom a phone or card has digits that end so, `ending` being
// given last digit first.
absl::StatusOr<std::vector<int64_t>> find_holders_by_ending(Connection& connection,
                                                            absl::string_view ending);
// Oldest first.
absl::StatusOr<std::vector<KeyRow>> list_keys(Connection& connection, int64_t member_id);
absl::Status insert_key(Connection& connection, int64_t member_id, int64_t position,
                        const KeyRow& key);
// The key to show for a member: the oldest card, else the oldest of any kind; empty: none.
absl::StatusOr<std::string> find_shown_key(Connection& connection, int64_t member_id);

// Oldest first.
absl::StatusOr<std::vector<ConsentRow>> list_consents(Connection& connection, int64_t member_id);
absl::Status insert_consent(Connection& connection, int64_t member_id, int64_t position,
                            const ConsentRow& consent);

// A sale or return that came with a key that nobody held.
struct UnclaimedDocument {
  int64_t document_id = 0;
  DocumentKind kind = DocumentKind::kSale;
};

absl::Status insert_unclaimed_key(Connection& connection, KeyKind kind, absl::string_view value,
                                  const UnclaimedDocument& document);
absl::StatusOr<std::vector<UnclaimedDocument>> list_unclaimed(Connection& connection, KeyKind kind,
                                                              absl::string_view value);
// Documents with unclaimed keys that are not nobody's, or of which somebody holds a key: there
// should be none.
absl::StatusOr<std::vector<int64_t>> list_wrongly_unclaimed(Connection& connection);
// Forgets all keys of a document.
absl::Status delete_unclaimed(Connection& connection, int64_t document_id);

// Everything that a cashier's screen shows of a member who is not among its numbers.
struct NameAndContacts {
  DetailsRow details;
  bool has_phone = false;
  bool has_email = false;
  std::optional<int64_t> last_ask_us;  // when any detail was asked for last; empty: never
};
absl::StatusOr<NameAndContacts> find_name_and_contacts(Connection& connection, int64_t member_id);

// A member with all that a cashier's screen shows.
struct IdentifiedMember {
  MemberRow row;
  NameAndContacts known;
};
absl::StatusOr<std::optional<IdentifiedMember>> find_identified(Connection& connection,
                                                                KeyKind kind,
                                                                absl::string_view value);

}  // namespace moadon::storage

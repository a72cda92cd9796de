// Keys as they are compared: one spelling for all spellings of a phone, card, wallet code or email.
//
// Pure functions, safe from any thread. A key that is canonical already costs next to nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "moadon/v1/member_service.pb.h"

namespace moadon {

// Kept in files: never renumber.
enum class KeyKind { kPhone = 1, kCard = 2, kWallet = 3, kEmail = 4 };

struct NormalKey {
  KeyKind kind = KeyKind::kCard;
  std::string value;                  // as compared
  std::string shown;                  // as given first
  std::optional<std::string> ending;  // digits of a phone or card, last digit first
};

// A text as it is compared: NFKC with case folded, which also drops marks of direction and other
// invisible characters; digits of any script become 0-9; white space at the ends goes.
std::string folded_text(absl::string_view text);

// The normal form of a key that can be kept: phones as E.164 (numbers without a country code are of
// `country_code`; whatever is possible is accepted), the others folded (NFKC, no case, no spaces at
// the ends, no marks of direction, digits of any script as 0-9). FIELD_INVALID naming `field` when
// nothing is left, or a phone cannot be one.
absl::StatusOr<NormalKey> normal_key(const v1::Key& key, absl::string_view country_code,
                                     absl::string_view field);

// What a key as presented may be: tried in the order given.
struct PresentedKey {
  std::vector<NormalKey> candidates;
  std::string ending;  // of last digits: last digit first; then there are no candidates
};

// Never fails: a key that cannot be anybody's has no candidates.
PresentedKey presented_key(const v1::Key& key, absl::string_view country_code);

// The key as the owner sees it.
v1::Key key_message(const NormalKey& row);

}  // namespace moadon

// Cards as agents take them, for tests.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "identity/normal_key.h"
#include "server/operations/test_club.h"

namespace moadon {

using Ids = std::vector<std::string>;

// The secret of all agents here.
std::string test_digest_key();
std::string digest_of(KeyKind kind, const std::string& value);

absl::StatusOr<v1::FetchCardsResponse> fetch(TestClub& test, const std::string& register_id,
                                             const std::string& cursor = "", int page_size = 0);

// What an agent does with cards.
struct CardAgent {
  explicit CardAgent(std::string at = "r1") : register_id(std::move(at)) {}

  // Takes everything that is there; the ids that came, those gone with a minus.
  Ids pull(TestClub& test, int page_size = 0);

  std::string register_id;
  std::string cursor = {};
  std::map<std::string, v1::MemberCard> cards = {};
};

// Milk, at 10:00 UTC.
void buy_at(TestClub& test, const std::string& register_id, const std::string& receipt,
            const std::string& date, const std::string& card);

}  // namespace moadon

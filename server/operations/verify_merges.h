// What merges add to a member's life, for verify: read from the documents of everybody who ever was
// part of them, and counted along plain_merges.h.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/operations/club_view.h"
#include "server/operations/plain_merges.h"
#include "server/operations/verify_documents.h"
#include "server/operations/verify_rights.h"
#include "server/storage/member_store.h"
#include "server/storage/merge_store.h"

namespace moadon {

// Everything that counts for one member.
struct PlainPerson {
  PlainLife life;
  std::vector<PlainFloor> floors;
  std::vector<storage::MergeRow> merges;  // that the member had a part in
  RightMerges rights;
  std::set<std::string> welcomed;  // tiers with gifts that parts of them were given, ever
};

// `documents` are the member's own, checked. What is wrong with those of others is found where they
// are checked.
absl::StatusOr<PlainPerson> plain_person(sqlite::Connection& connection, const ClubView& view,
                                         const storage::MemberRow& member,
                                         const PlainDocuments& documents);

}  // namespace moadon

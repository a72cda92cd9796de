// Reads pictures of members: of each only what its question needs, and of a member others are part
// of, theirs too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/insight/asked_question.h"
#include "server/insight/member_picture.h"
#include "server/storage/group_scan.h"
#include "sqlite/connection.h"

namespace moadon {

// By member: who is part of them now, directly or through another.
using LostMembers = absl::flat_hash_map<int64_t, std::vector<int64_t>>;
absl::StatusOr<LostMembers> lost_members(sqlite::Connection& connection);

// The rows behind pictures, of members in one span. Uses the connection until it ends; what it is
// made from must outlive it.
class PictureRows final {
 public:
  PictureRows(sqlite::Connection& connection, const AskedQuestion& question,
              storage::MemberSpan span);

  // Adds what belongs to the member in these parts to a picture, which is theirs or that of the
  // member they are part of: what is known there stays, the earliest contact and the newest word
  // win, lists and sums grow.
  absl::Status add(PictureParts parts, int64_t member_id, MemberPicture& picture);

 private:
  absl::Status add_profile(int64_t member_id, MemberPicture& picture);
  absl::Status add_keys(int64_t member_id, MemberPicture& picture);
  absl::Status add_consents(int64_t member_id, MemberPicture& picture);
  absl::Status add_tags(int64_t member_id, MemberPicture& picture);
  absl::Status add_custom_values(int64_t member_id, MemberPicture& picture);
  absl::Status add_first_contact(int64_t member_id, MemberPicture& picture);
  absl::Status add_days(int64_t member_id, MemberPicture& picture);
  absl::Status add_points(int64_t member_id, MemberPicture& picture);
  absl::Status add_lines(int64_t member_id, MemberPicture& picture);
  void add_line(const storage::KeptLine& line, MemberPicture& picture) const;
  const std::string& folded_city(const std::string& city);

  const AskedQuestion& question_;
  const int64_t today_;
  std::optional<storage::RowsOfMembers<storage::ProfileRow>> profiles_;
  std::optional<storage::RowsOfMembers<int>> key_kinds_;
  std::optional<storage::RowsOfMembers<storage::ConsentWord>> consents_;
  std::optional<storage::RowsOfMembers<absl::string_view>> tags_;
  std::optional<storage::RowsOfMembers<storage::CustomValueRow>> custom_values_;
  std::optional<storage::RowsOfMembers<storage::FirstContactRow>> first_contacts_;
  std::optional<storage::RowsOfMembers<storage::MemberDay>> days_;
  std::optional<storage::RowsOfMembers<int64_t>> points_;
  std::optional<storage::RowsOfMembers<storage::KeptLine>> lines_;
  // Only for questions about branches.
  std::optional<storage::RowsOfMembers<storage::SaleBranch>> branches_;
  std::vector<std::pair<int64_t, std::string>> branch_of_sales_;  // of one member, by sale
  absl::flat_hash_map<std::string, std::string> folded_cities_;   // few are different
};

// Pictures of the members of one span and of those who are part of them.
class PictureReader final {
 public:
  PictureReader(sqlite::Connection& connection, const AskedQuestion& question,
                const LostMembers& lost, storage::MemberSpan span);

  // Adds these parts, of those the question needs, and says so in picture.parts.
  absl::Status read(PictureParts parts, int64_t member_id, MemberPicture& picture);

 private:
  sqlite::Connection& connection_;
  const AskedQuestion& question_;
  const LostMembers& lost_;
  PictureRows own_;
  std::optional<PictureRows> of_lost_;  // wherever they are
};

}  // namespace moadon

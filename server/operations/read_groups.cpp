#include "server/operations/read_groups.h"

#include <utility>

#include "rules/check.h"
#include "rules/refusal.h"
#include "server/operations/check_question.h"
#include "server/operations/page_token.h"
#include "server/storage/group_store.h"

namespace moadon {
namespace {

constexpr int kDefaultGroups = 100;
constexpr int kMaxGroupsPerPage = 1000;
// What a page holds of questions, which may have 256 KiB each: one at least, and no more once they
// are larger than this.
constexpr size_t kEnoughBytes = 2 << 20;
constexpr char kCall[] = "groups";

}  // namespace

absl::Status group_unknown(const std::string& group_id) {
  return refuse(v1::REASON_GROUP_UNKNOWN, "no group has this name", {{"group_id", group_id}});
}

absl::StatusOr<v1::GetGroupResponse> get_group(Club& club, const v1::GetGroupRequest& request) {
  const absl::Status form = check_group_id(request.group_id(), "group_id");
  if (!form.ok()) return form;
  auto group = storage::find_group(*club.database().readers().lease(), request.group_id());
  if (!group.ok()) return group.status();
  if (!*group) return group_unknown(request.group_id());
  v1::GetGroupResponse response;
  *response.mutable_group() = **std::move(group);
  return response;
}

absl::StatusOr<v1::ListGroupsResponse> list_groups(Club& club,
                                                   const v1::ListGroupsRequest& request) {
  const auto page_size = checked_page_size(request.page_size(), kDefaultGroups, kMaxGroupsPerPage);
  if (!page_size.ok()) return page_size.status();
  std::string after_id;
  if (!request.page_token().empty()) {
    auto parts = page_token_parts(kCall, request.page_token(), 1);
    if (!parts.ok()) return parts.status();
    after_id = std::move(parts->front());
  }
  auto groups = storage::list_groups(*club.database().readers().lease(), after_id, *page_size);
  if (!groups.ok()) return groups.status();
  const bool is_full = groups->size() == static_cast<size_t>(*page_size);
  v1::ListGroupsResponse response;
  size_t bytes = 0;
  size_t taken = 0;
  while (taken < groups->size() && bytes < kEnoughBytes) {
    v1::Group& group = (*groups)[taken++];
    bytes += group.ByteSizeLong();
    after_id = group.group_id();
    *response.add_groups() = std::move(group);
  }
  if (is_full || taken < groups->size()) {
    response.set_next_page_token(page_token(kCall, {after_id}));
  }
  return response;
}

}  // namespace moadon

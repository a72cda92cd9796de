#include "server/operations/read_registers.h"

#include <string>

#include "rules/check.h"
#include "server/operations/page_token.h"
#include "server/storage/club_store.h"

namespace moadon {
namespace {

constexpr int kDefaultRows = 100;
constexpr int kMaxRows = 1000;

absl::StatusOr<std::string> place_of(absl::string_view call, const std::string& token) {
  if (token.empty()) return std::string();
  auto parts = page_token_parts(call, token, 1);
  if (!parts.ok()) return parts.status();
  return std::move(parts->front());
}

}  // namespace

absl::StatusOr<v1::ListBranchesResponse> list_branches(Club& club,
                                                       const v1::ListBranchesRequest& request) {
  const auto page_size = checked_page_size(request.page_size(), kDefaultRows, kMaxRows);
  if (!page_size.ok()) return page_size.status();
  constexpr absl::string_view kCall = "branches";
  const absl::StatusOr<std::string> after_id = place_of(kCall, request.page_token());
  if (!after_id.ok()) return after_id.status();
  sqlite::ReaderLease reader = club.database().readers().lease();
  auto rows = storage::list_branches(*reader, *after_id, *page_size);
  if (!rows.ok()) return rows.status();
  v1::ListBranchesResponse response;
  if (static_cast<int>(rows->size()) == *page_size) {
    response.set_next_page_token(page_token(kCall, {rows->back().branch_id()}));
  }
  for (v1::Branch& branch : *rows) *response.add_branches() = std::move(branch);
  return response;
}

absl::StatusOr<v1::ListRegistersResponse> list_registers(Club& club,
                                                         const v1::ListRegistersRequest& request) {
  const auto page_size = checked_page_size(request.page_size(), kDefaultRows, kMaxRows);
  if (!page_size.ok()) return page_size.status();
  constexpr absl::string_view kCall = "registers";
  const absl::StatusOr<std::string> after_id = place_of(kCall, request.page_token());
  if (!after_id.ok()) return after_id.status();
  sqlite::ReaderLease reader = club.database().readers().lease();
  auto rows = storage::list_registers(*reader, *after_id, *page_size);
  if (!rows.ok()) return rows.status();
  v1::ListRegistersResponse response;
  if (static_cast<int>(rows->size()) == *page_size) {
    response.set_next_page_token(page_token(kCall, {rows->back().register_.register_id()}));
  }
  for (storage::RegisterRow& row : *rows) *response.add_registers() = std::move(row.register_);
  return response;
}

}  // namespace moadon

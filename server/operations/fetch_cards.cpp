#include "server/operations/fetch_cards.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "identity/cashier_line.h"
#include "identity/key_digest.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/offline.h"
#include "rules/refusal.h"
#include "server/operations/member_facts.h"
#include "server/operations/member_id.h"
#include "server/operations/page_token.h"
#include "server/operations/person_profile.h"
#include "server/operations/tokens.h"
#include "server/operations/whole_person.h"
#include "server/storage/member_branch_store.h"

namespace moadon {
namespace {

constexpr int kDefaultCards = 1000;
constexpr int kMaxCards = 5000;
// A page ends early rather than grow past what a caller takes in one message.
constexpr size_t kMaxPageBytes = 2 << 20;

absl::Status check_digest_key(const std::string& digest_key) {
  if (digest_key.empty()) {
    return refuse(v1::REASON_FIELD_MISSING, "digest_key must be set", {{"field", "digest_key"}});
  }
  if (digest_key.size() == kDigestKeyBytes) return absl::OkStatus();
  return refuse(v1::REASON_FIELD_INVALID, "digest_key must have 32 bytes",
                {{"field", "digest_key"}, {"limit", "32 bytes"}});
}

// Whom the rules name for a register.
struct Named {
  const v1::Program& program;
  absl::flat_hash_set<std::string> branch_ids;  // whose sales count; none: all members are named
};

Named named_for(const ClubView& view, const RegisterView& at, int64_t now_us) {
  Named named{view.program_at(now_us), {}};
  if (!keeps_seen_only(named.program)) return named;
  if (named.program.offline().seen().in_region()) {
    named.branch_ids = view.branches_in_region_of(at.branch_id);
  } else {
    named.branch_ids.insert(at.branch_id);
  }
  return named;
}

// What cards depend on beside their members: a cursor is good as long as this stays. Of which
// benefits uses are told belongs to it, since no member changes when that does.
std::string scope_of(const ClubView& view, const RegisterView& at, const Named& named,
                     int64_t now_us) {
  std::string scope = "cards of";
  if (named.branch_ids.empty()) {
    absl::StrAppend(&scope, " all");
  } else {
    const v1::SeenMembers& seen = named.program.offline().seen();
    const v1::Branch* const branch = view.branch(at.branch_id);
    const bool by_region = seen.in_region() && branch != nullptr && !branch->region_id().empty();
    absl::StrAppend(&scope, " ", seen.last_days(), " days in ", by_region ? "region " : "branch ",
                    by_region ? branch->region_id() : at.branch_id);
  }
  const auto& limited = view.limited_benefits(now_us).benefit_ids;
  std::vector<absl::string_view> ids(limited.begin(), limited.end());
  std::sort(ids.begin(), ids.end());
  const std::string digest = keyed_digest(view.digest_key(), {"uses", absl::StrJoin(ids, " ")});
  return absl::StrCat(scope, ", uses ", absl::BytesToHexString(digest));
}

// How far an agent has come. Who last changed before the pass began was not sent in it before, and
// nobody else knows them: of those, who is gone needs no card.
struct Cursor {
  int64_t after_us = 0;
  int64_t began_us = 0;  // the newest change when the pass from the beginning began
};

absl::StatusOr<Cursor> cursor_of(const std::string& scope, const std::string& token) {
  const auto parts = page_token_parts(scope, token, 2);
  if (!parts.ok()) return parts.status();
  const absl::StatusOr<int64_t> after_us = page_token_number(parts->front());
  if (!after_us.ok()) return after_us.status();
  const absl::StatusOr<int64_t> began_us = page_token_number(parts->back());
  if (!began_us.ok()) return began_us.status();
  return Cursor{*after_us, *began_us};
}

// One page, on one snapshot.
class CardPage final {
 public:
  CardPage(sqlite::Connection& connection, const Moment& moment, const Named& named,
           const std::string& digest_key)
      : connection_(connection),
        moment_(moment),
        named_(named),
        today_(moment.view.day_of(moment.now_us)),
        digester_(digest_key) {}

  // The member's card; empty: gone.
  absl::StatusOr<std::optional<v1::MemberCard>> card_of(const storage::MemberRow& row) {
    if (row.merged_into || row.erase_us) return std::nullopt;
    v1::MemberCard card;
    if (!named_.branch_ids.empty()) {
      const auto last_seen = last_seen_of(row);
      if (!last_seen.ok()) return last_seen.status();
      if (!keeps_member(named_.program, *last_seen, today_)) return std::nullopt;
      card.set_last_seen_date(format_day(**last_seen));
    }
    const absl::Status filled = fill(row, card);
    if (!filled.ok()) return filled;
    return card;
  }

 private:
  // The last purchase of the member, or of who is part of them, where it counts.
  absl::StatusOr<std::optional<absl::CivilDay>> last_seen_of(const storage::MemberRow& row) {
    auto people = parts_of(connection_, row);
    if (!people.ok()) return people.status();
    people->push_back(row);
    std::optional<int64_t> last_day;
    for (const storage::MemberRow& each : *people) {
      if (each.sale_count == 0) continue;
      const auto branches = storage::list_member_branches(connection_, each.member_id);
      if (!branches.ok()) return branches.status();
      for (const storage::MemberBranchRow& branch : *branches) {
        if (!named_.branch_ids.contains(branch.branch_id)) continue;
        last_day = std::max(last_day, std::optional(branch.last_day));
      }
    }
    if (!last_day) return std::nullopt;
    return day_of_number(*last_day);
  }

  absl::Status fill(const storage::MemberRow& row, v1::MemberCard& card) {
    const auto details = details_of_person(connection_, row);
    if (!details.ok()) return details.status();
    auto facts = lasting_facts(connection_, row, *details, moment_);
    if (!facts.ok()) return facts.status();
    const absl::Status issued = issue_facts(&connection_, moment_, *facts);
    if (!issued.ok()) return issued;
    const auto keys = keys_of_person(connection_, row);
    if (!keys.ok()) return keys.status();
    for (const storage::KeyRow& key : *keys) {
      std::string digest = digester_.digest(key);
      if (digest.empty()) return absl::InternalError("a key has no digest");
      card.add_key_digests(std::move(digest));
    }
    card.set_member_id(facts->member_id());
    card.set_display_name(display_name(details->first_name, details->last_name));
    *card.mutable_facts() = *std::move(facts);
    return absl::OkStatus();
  }

  sqlite::Connection& connection_;
  const Moment& moment_;
  const Named& named_;
  const absl::CivilDay today_;
  const KeyDigester digester_;
};

v1::MemberCard gone_card(int64_t member_id) {
  v1::MemberCard card;
  card.set_member_id(member_id_text(member_id));
  card.set_is_gone(true);
  return card;
}

}  // namespace

absl::StatusOr<v1::FetchCardsResponse> fetch_cards(Club& club, const RegisterView& at,
                                                   const v1::FetchCardsRequest& request) {
  const absl::Status form = check_digest_key(request.digest_key());
  if (!form.ok()) return form;
  const auto page_size = checked_page_size(request.page_size(), kDefaultCards, kMaxCards);
  if (!page_size.ok()) return page_size.status();
  // Before the snapshot: facts do not know of what is recorded after it, so they are not issued
  // later.
  const int64_t now_us = club.clock().now_us();
  auto reader = club.database().readers().lease_snapshot();
  if (!reader.ok()) return reader.status();
  const auto newest_us = storage::newest_change_us(**reader);
  if (!newest_us.ok()) return newest_us.status();
  // The view is taken after the snapshot, so that it knows every branch in it.
  const ClubViewPtr view = club.view();
  if (!view->has_program()) {
    if (!request.cursor().empty()) return invalid_page_token();  // nobody was given one
    return refuse(v1::REASON_PROGRAM_MISSING, "no program has been published yet");
  }
  const Moment moment{*view, now_us};
  const Named named = named_for(*view, at, moment.now_us);
  const std::string scope = scope_of(*view, at, named, moment.now_us);
  absl::StatusOr<Cursor> cursor = Cursor{0, *newest_us};
  if (!request.cursor().empty()) cursor = cursor_of(scope, request.cursor());
  if (!cursor.ok()) return cursor.status();

  const auto rows = storage::list_members_changed(**reader, cursor->after_us, *page_size);
  if (!rows.ok()) return rows.status();
  CardPage page(**reader, moment, named, request.digest_key());
  v1::FetchCardsResponse response;
  size_t bytes = 0;
  size_t seen = 0;
  for (; seen < rows->size() && bytes < kMaxPageBytes; ++seen) {
    const storage::MemberRow& row = (*rows)[seen];
    auto card = page.card_of(row);
    if (!card.ok()) return card.status();
    cursor->after_us = row.changed_us;
    if (!*card && row.changed_us <= cursor->began_us) continue;
    v1::MemberCard& added = *response.add_cards();
    added = *card ? **std::move(card) : gone_card(row.member_id);
    bytes += added.ByteSizeLong();
  }
  response.set_has_more(seen < rows->size() || static_cast<int>(rows->size()) == *page_size);
  response.set_next_cursor(
      page_token(scope, {absl::StrCat(cursor->after_us), absl::StrCat(cursor->began_us)}));
  *response.mutable_server_time() = timestamp_of(moment.now_us);
  return response;
}

}  // namespace moadon

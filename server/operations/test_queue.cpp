#include "server/operations/test_queue.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/operations/hand_over.h"
#include "server/operations/hand_over_queue.h"

namespace moadon {

v1::HandedEntry handed_sale(int64_t sequence, const std::string& receipt, const std::string& card) {
  v1::HandedEntry handed;
  handed.mutable_entry()->set_sequence(sequence);
  handed.mutable_entry()->set_sale(
      sale(receipt, "2026-01-01T10:00:00Z", card, {{"milk"}}).SerializeAsString());
  *handed.mutable_commit_time() = at("2026-01-01T10:00:00Z");
  handed.mutable_refusal()->mutable_detail()->set_reason(v1::REASON_RECEIPT_REUSED);
  handed.mutable_refusal()->set_message("another sale");
  return handed;
}

v1::HandedEntry handed_enrollment(int64_t sequence, const std::string& card,
                                  absl::string_view time) {
  v1::OfflineEnrollment enrolled;
  enrolled.set_provisional_id(absl::StrCat("new-", absl::Hex(sequence, absl::kZeroPad16)));
  enrolled.mutable_member()->add_keys()->set_card(card);
  enrolled.mutable_member()->set_first_name("Zerubavelit");
  *enrolled.mutable_member()->mutable_occurred_at() = at(time);
  v1::HandedEntry handed;
  handed.mutable_entry()->set_sequence(sequence);
  handed.mutable_entry()->set_enrolled(enrolled.SerializeAsString());
  *handed.mutable_commit_time() = at(time);
  return handed;
}

v1::HandedEntry chained(v1::HandedEntry handed, char chain) {
  handed.mutable_entry()->set_chain(std::string(32, chain));
  return handed;
}

v1::HandedEntry bare(const v1::HandedEntry& handed) {
  v1::HandedEntry place;
  place.mutable_entry()->set_sequence(handed.entry().sequence());
  *place.mutable_commit_time() = handed.commit_time();
  place.mutable_refusal()->mutable_detail()->set_reason(v1::REASON_JOURNAL_ALTERED);
  return place;
}

absl::Status give(TestClub& test, const std::vector<v1::HandedEntry>& entries,
                  const std::string& journal_id) {
  v1::HandOverRequest request;
  request.set_journal_id(journal_id);
  *request.mutable_entries() = {entries.begin(), entries.end()};
  return wait_for<v1::HandOverResponse>([&](auto answer) {
           hand_over(test.club(), *test.club().view()->register_of_id("r1"), request,
                     std::move(answer));
         })
      .status();
}

v1::RecordOutcome deliver(TestClub& test, const v1::HandedEntry& handed,
                          const std::string& journal_id) {
  v1::RecordRequest request;
  request.set_journal_id(journal_id);
  *request.add_entries() = handed.entry();
  return test.record("r1", request).outcomes(0);
}

std::vector<v1::HandedOver> queue(TestClub& test, bool with_settled, int page_size) {
  std::vector<v1::HandedOver> all;
  v1::ListHandedOverRequest request;
  request.set_with_settled(with_settled);
  request.set_page_size(page_size);
  do {
    const auto page = list_handed_over(test.club(), request).value();
    all.insert(all.end(), page.entries().begin(), page.entries().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<v1::SettleHandedOverResponse> settle(TestClub& test, int64_t sequence,
                                                    const std::string& note) {
  v1::SettleHandedOverRequest request;
  request.set_register_id("r1");
  request.set_journal_id(absl::BytesToHexString(kQueueJournal));
  request.set_sequence(sequence);
  request.set_note(note);
  return wait_for<v1::SettleHandedOverResponse>(
      [&](auto answer) { settle_handed_over(test.club(), request, std::move(answer)); });
}

}  // namespace moadon

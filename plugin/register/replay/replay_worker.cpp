#include "plugin/register/replay/replay_worker.h"

#include <fmt/format.h>

#include "plugin/register/replay/receipt_messages.h"

namespace moadon {
namespace {

std::string member_id_of(const Json& identified) {
  return text_of(part_of(identified, "facts"), "member_id");
}

}  // namespace

ReplayWorker::ReplayWorker(Club& club, const SalesFile& file, KnownCards& cards,
                           ReplayProgress& progress)
    : club_(club, progress), file_(file), cards_(cards), progress_(progress) {}

void ReplayWorker::run(const std::vector<const ScannedReceipt*>& receipts) {
  for (const ScannedReceipt* receipt : receipts) {
    if (progress_.stopped()) return;
    deliver(*receipt);
  }
}

void ReplayWorker::deliver(const ScannedReceipt& receipt) {
  const Answer known = club_.call("GetReceipt", {{"receipt", receipt.receipt}});
  if (progress_.stopped()) return;
  if (known.ok) {
    const bool same = same_as_scanned(known.response, receipt);
    progress_.count(same ? &ReplayCounts::skipped : &ReplayCounts::conflicts);
    if (!same) {
      fmt::print(stderr, "line {}: register {} receipt {} is there already with other lines\n",
                 receipt.file_line, receipt.register_id, receipt.receipt);
    }
    return;
  }
  if (!known.refused("REASON_RECEIPT_UNKNOWN") && !known.refused("REASON_SERVER_UNREACHABLE")) {
    return report(receipt, known.refusal);
  }
  std::string member_id;
  if (!find_member(receipt, member_id)) return;
  if (receipt.is_return) {
    take_back(receipt);
  } else {
    sell(receipt, member_id);
  }
}

// The holder of the receipt's card, enrolled as of the card's first appearance when nobody holds
// it. False when that was refused.
bool ReplayWorker::find_member(const ScannedReceipt& receipt, std::string& member_id) {
  if (receipt.card.empty()) return true;
  if (const auto member = cards_.member_of(receipt.card)) {
    member_id = *member;
    return true;
  }
  const Answer identified = club_.call("Identify", {{"key", card_key(receipt.card)}});
  if (identified.ok) {
    member_id = member_id_of(identified.response);
    cards_.learn(receipt.card, member_id);
    return true;
  }
  if (progress_.stopped()) return false;
  if (!identified.refused("REASON_MEMBER_UNKNOWN")) {
    report(receipt, identified.refusal);
    return false;
  }
  const Answer enrolled =
      club_.call("Enroll", enroll_request(receipt.card, file_.first_seen_us(receipt.card)));
  if (!enrolled.ok) {
    report(receipt, enrolled.refusal);
    return false;
  }
  member_id = member_id_of(part_of(enrolled.response, "member"));
  cards_.learn(receipt.card, member_id);
  if (cards_.note_enrolled(receipt.card)) progress_.count(&ReplayCounts::enrolled);
  return true;
}

void ReplayWorker::sell(const ScannedReceipt& sale, const std::string& member_id) {
  const Answer quoted = club_.call("Quote", quote_request(sale, member_id));
  if (!quoted.ok) return report(sale, quoted.refusal);
  const Json request = commit_request(sale, member_id, part_of(quoted.response, "quote"));
  settle(sale, club_.call("Commit", request));
}

void ReplayWorker::take_back(const ScannedReceipt& returned) {
  settle(returned, club_.call("Return", return_request(returned)));
}

void ReplayWorker::settle(const ScannedReceipt& receipt, const Answer& answer) {
  if (!answer.ok) return report(receipt, answer.refusal);
  progress_.count(receipt.is_return ? &ReplayCounts::returned : &ReplayCounts::committed);
}

void ReplayWorker::report(const ScannedReceipt& receipt, const Refusal& refusal) {
  if (progress_.stopped()) return;  // Not a verdict on this receipt.
  const bool conflict = refusal.reason == "REASON_RECEIPT_REUSED";
  progress_.count(conflict ? &ReplayCounts::conflicts : &ReplayCounts::refused);
  fmt::print(stderr, "line {}: register {} receipt {}: {}: {}\n", receipt.file_line,
             receipt.register_id, receipt.receipt, refusal.reason, refusal.message);
}

}  // namespace moadon

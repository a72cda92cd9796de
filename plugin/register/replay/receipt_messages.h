// The messages that one receipt of a sales file becomes, and the way back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugin/register/json.h"
#include "plugin/register/replay/sales_file.h"

namespace moadon {

// {"card": ...}
Json card_key(std::string_view card);

// EnrollRequest for a card that was first seen at `first_seen_us`.
Json enroll_request(std::string_view card, int64_t first_seen_us);

// QuoteRequest for a sale, priced for the time when it happened.
Json quote_request(const ScannedReceipt& sale, const std::string& member_id);

// CommitRequest for a sale, each line paid as `quote` (a Quote) says.
Json commit_request(const ScannedReceipt& sale, const std::string& member_id, const Json& quote);

// ReturnRequest for a return. What is paid back is left to the rules.
Json return_request(const ScannedReceipt& returned);

// Whether `known` (a GetReceiptResponse) is the same kind of receipt with the same lines as
// scanned: sku, quantity and unit price, in this order.
bool same_as_scanned(const Json& known, const ScannedReceipt& receipt);

}  // namespace moadon

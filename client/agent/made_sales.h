// For tests: sales as registers commit them to their journal.
#pragma once

#include <string>

#include "client/agent/journal.h"

namespace moadon::agent {

// A sale of R1 with nothing in it but its receipt and whose it is; "": nobody's.
inline NewEntry made_sale(const std::string& receipt, const std::string& phone = "") {
  v1::Sale sale;
  sale.set_receipt(receipt);
  if (!phone.empty()) sale.mutable_key()->set_phone(phone);
  NewEntry entry;
  entry.register_id = "R1";
  entry.receipt = receipt;
  entry.content = sale.SerializeAsString();
  return entry;
}

// The register is told of so much to pay.
inline absl::StatusOr<Committed> commit_made(Journal& journal, const NewEntry& entry,
                                             int64_t amount_minor = 0) {
  return journal.commit(entry, [&](const KnownSale*) -> absl::StatusOr<Amounts> {
    return Amounts{.amount_minor = amount_minor};
  });
}

}  // namespace moadon::agent

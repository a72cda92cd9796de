// Receipt numbers that no two receipts of a register ever share.
#pragma once

#include <cstdint>
#include <string>

namespace moadon {

// "261121-200554-482913": the second in UTC and six random digits; no letters, so that it runs left
// to right inside Hebrew and is typed on a number pad. Needs no counter that a broken disk, a
// restored backup or a second till with the same name would set back. Should two ever agree, the
// agent refuses the second (REASON_RECEIPT_REUSED) and the till draws again: it must, whatever its
// numbers are made of.
std::string new_receipt_number(int64_t now_us);

}  // namespace moadon

// Decimal numbers as people and files write them, read exactly: integers all the way, no floating
// point.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace moadon {

// `text` such as "12", "12.5", "-0.347" times 10^places. Nothing when it is not such a number, has
// more than `places` digits after the point, or more than 15 before it.
std::optional<int64_t> parse_decimal(std::string_view text, int places);

// The opposite, with exactly `places` digits after the point: (1250, 2) is "12.50".
std::string format_decimal(int64_t value, int places);

// A quantity in thousandths for people: "3", "0.347", "2.5".
std::string format_quantity(int64_t quantity_milli);

// Price of 1000 thousandths times quantity, rounded half up once. Both not negative, within the
// limits of the messages.
int64_t line_value_minor(int64_t unit_price_minor, int64_t quantity_milli);

}  // namespace moadon

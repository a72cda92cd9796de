#include "plugin/register/till/receipt_number.h"

#include <fmt/format.h>
#include <time.h>

#include <random>

namespace moadon {

std::string new_receipt_number(int64_t now_us) {
  constexpr unsigned kCombinations = 1'000'000;
  const time_t seconds = now_us / 1'000'000;
  tm parts{};
  gmtime_r(&seconds, &parts);
  std::random_device random;
  return fmt::format("{:02}{:02}{:02}-{:02}{:02}{:02}-{:06}", parts.tm_year % 100, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     random() % kCombinations);
}

}  // namespace moadon

#include "plugin/register/till/receipt_number.h"

#include <fmt/format.h>
#include <time.h>

#include <random>
#include <string_view>

namespace moadon {

std::string new_receipt_number(int64_t now_us) {
  constexpr std::string_view kLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  constexpr int kRandomLetters = 4;
  const time_t seconds = now_us / 1'000'000;
  tm parts{};
  gmtime_r(&seconds, &parts);
  std::string number =
      fmt::format("{:02}{:02}{:02}-{:02}{:02}{:02}-", parts.tm_year % 100, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  std::random_device random;
  for (int i = 0; i < kRandomLetters; ++i) number += kLetters[random() % kLetters.size()];
  return number;
}

}  // namespace moadon

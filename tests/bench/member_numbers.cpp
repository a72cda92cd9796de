#include "tests/bench/member_numbers.h"

#include "absl/strings/str_format.h"

namespace moadon::bench {

std::string card_of(int number) { return absl::StrFormat("C%08d", number); }

std::string local_phone_of(int number) {
  return absl::StrFormat("05%d-%03d %04d", 2 + number / 10'000'000 % 3, number / 10'000 % 1000,
                         number % 10'000);
}

std::string kept_card_of(int number) { return absl::StrFormat("c%08d", number); }

std::string kept_phone_of(int number) {
  return absl::StrFormat("+9725%d%07d", 2 + number / 10'000'000 % 3, number % 10'000'000);
}

}  // namespace moadon::bench

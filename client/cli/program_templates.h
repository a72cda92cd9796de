// Programs to start from.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "moadon/v1/program.pb.h"

namespace moadon::cli {

inline constexpr std::array<std::string_view, 4> kShops = {"cafe", "grocery", "fashion",
                                                           "services"};

// What a new club's program starts from.
struct ProgramBasis {
  std::string currency_code = "ILS";
  std::string time_zone = "Asia/Jerusalem";
  std::string country_code = "IL";
  std::string language_code = "";  // "he", "en"; empty: as of the country
  std::string shop = "";           // one of kShops; empty: no benefits yet
};

// A program ready to publish, with every number of the stage rule written out.
v1::Program program_template(const ProgramBasis& basis);

// The JSON of a shop's benefits, points and tiers. Texts stand in it as "Hebrew|English". Empty for
// what is no shop.
std::string_view template_text(std::string_view shop);

}  // namespace moadon::cli

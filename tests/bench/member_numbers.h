// Keys by number, so that whoever measures a club knows whom to ask for. Pure functions.
#pragma once

#include <string>

namespace moadon::bench {

// Member `number`'s card, and their phone as people of the country write it.
std::string card_of(int number);
std::string local_phone_of(int number);
// The same as the server keeps them.
std::string kept_card_of(int number);
std::string kept_phone_of(int number);

}  // namespace moadon::bench

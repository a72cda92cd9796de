// What a cashier sees of a quote.
#pragma once

#include <string>

#include "plugin/register/till/screen.h"

namespace moadon {

// Benefits that applied with what they save, those that did not with what to say, points, tier,
// what is given along or for later, and what the club asks the cashier to say. Nothing of an empty
// quote.
void say_quote(Screen& screen, const Json& quote);

// Why the code was not used; empty when it was.
std::string refusal_of_code(const Json& quote, const std::string& code);

// Whether a benefit of this program has the code.
bool knows_code(const Json& quote, const std::string& code);

}  // namespace moadon

// Refusals as a cashier should read them.
#pragma once

#include <string>

#include "plugin/register/club.h"
#include "plugin/register/till/texts.h"

namespace moadon {

// One sentence in the language of `texts`.
std::string refusal_text(const Texts& texts, const Refusal& refusal);

// Whether the club was not there to answer: the till goes on without it and repeats later.
bool is_absence(const Refusal& refusal);

}  // namespace moadon

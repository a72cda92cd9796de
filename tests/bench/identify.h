// Identify-type calls beside a server that only answers, and one that reads the member's rows
// through the SQLite C API before it does.
#pragma once

#include "tests/bench/calls.h"

namespace moadon::bench {

struct IdentifyPlan {
  int member_count;
  int rounds;
  std::chrono::milliseconds round_length;
};

// Measures and reports "echo", "raw_card", "raw_phone", "identify_card" and "identify_phone". All
// of a kind ask for the same members in the same order, anywhere in the club. Before that, and
// measured by itself, once: every member, whom nobody may have asked for since the server started
// ("identify_first_card", "identify_first_phone", beside the raw reference of the key).
void measure_identify(const Connections& server, const Connections& echo, const IdentifyPlan& plan);

}  // namespace moadon::bench

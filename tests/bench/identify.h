// Identify-type calls beside a server that only answers.
#pragma once

#include "tests/bench/calls.h"

namespace moadon::bench {

struct IdentifyPlan {
  int member_count;
  int rounds;
  std::chrono::milliseconds round_length;
};

// Measures and reports "echo", "identify_card" and "identify_phone".
void measure_identify(const Connections& server, const Connections& echo, const IdentifyPlan& plan);

}  // namespace moadon::bench

#include "plugin/register/replay/patient_club.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>

namespace moadon {
namespace {

using std::chrono::milliseconds;

constexpr int kCallTimeoutMs = 10'000;
constexpr milliseconds kFirstPause{20};
constexpr milliseconds kLongestPause{1'000};

// PROGRAM_MISSING: an agent that was just installed meets its server in a moment.
constexpr std::string_view kPassing[] = {"REASON_AGENT_UNREACHABLE",
                                         "REASON_SERVER_UNREACHABLE",
                                         "REASON_DEADLINE_EXCEEDED",
                                         "REASON_STOPPING",
                                         "REASON_BUSY",
                                         "REASON_OUTCOME_UNKNOWN",
                                         "REASON_PROGRAM_MISSING"};

// What no receipt of this replay will get past.
constexpr std::string_view kHopeless[] = {"REASON_TOKEN_UNKNOWN", "REASON_TOKEN_REVOKED",
                                          "REASON_NOT_ALLOWED", "REASON_METHOD_UNKNOWN",
                                          "REASON_VERSION_MISMATCH"};

template <typename List>
bool contains(const List& list, std::string_view reason) {
  return std::find(std::begin(list), std::end(list), reason) != std::end(list);
}

// Where the server's silence says that the agent does not know, the replay goes on without it.
bool may_pass(const std::string& method, const Refusal& refusal) {
  if (method == "GetReceipt" && refusal.reason == "REASON_SERVER_UNREACHABLE") return false;
  return contains(kPassing, refusal.reason);
}

}  // namespace

Answer PatientClub::call(const std::string& method, const Json& request) {
  milliseconds pause = kFirstPause;
  for (;;) {
    Answer answer = club_.call(method, request, kCallTimeoutMs);
    if (answer.ok || !may_pass(method, answer.refusal)) {
      progress_.answered();
      if (contains(kHopeless, answer.refusal.reason)) {
        progress_.stop(fmt::format("{}: {}", answer.refusal.reason, answer.refusal.message), false);
      }
      return answer;
    }
    if (progress_.is_out_of_patience()) {
      progress_.stop(fmt::format("no answer for {} s: {}: {}", progress_.patience().count(),
                                 answer.refusal.reason, answer.refusal.message),
                     true);
    }
    if (progress_.stopped()) return answer;
    progress_.pause(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace moadon

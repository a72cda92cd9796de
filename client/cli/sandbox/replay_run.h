// Past sales brought into a sandbox's club, and the wait until the server has them.
#pragma once

#include <string>

#include "client/cli/sandbox/house.h"
#include "client/cli/sandbox/running_club.h"
#include "client/cli/session.h"

namespace moadon::cli {

// A replay that ends early because a program was away is run again so often; it goes on where it
// stopped.
inline constexpr int kReplayTries = 10;
// Waiting for delivery ends when nothing was delivered for so long.
inline constexpr std::chrono::seconds kDeliveryPatience{60};

// What the work needs of the sandbox. All references outlive it.
struct Workplace {
  const Programs& programs;
  const House& house;
  Interrupts& interrupts;
  RunningClub& club;
};

// Runs moadon-register on one file, with its words on our stderr, keeping server and agent up
// meanwhile. Refuses when some of its receipts were refused or it could not go on.
absl::Status replay_file(const Workplace& place, const std::string& file);

// Waits until the server has taken everything that the agent holds. Refuses, with the first reasons
// that the server gave, when something stays behind.
absl::Status wait_until_delivered(const Workplace& place, Session& session);

}  // namespace moadon::cli

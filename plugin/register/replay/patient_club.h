// Calls that outlast a restart of the agent or the server.
#pragma once

#include <string>

#include "plugin/register/club.h"
#include "plugin/register/replay/progress.h"

namespace moadon {

// Repeats a call unchanged while its refusal says that this may help; every method allows that.
// Gives up, and stops the whole replay, when `progress` is out of patience. One thread; `club` and
// `progress` must outlive it.
class PatientClub final {
 public:
  PatientClub(Club& club, ReplayProgress& progress) : club_(club), progress_(progress) {}

  // An answer, or a refusal that repeating does not mend. Once the replay is stopped: whatever came
  // last.
  Answer call(const std::string& method, const Json& request);

 private:
  Club& club_;
  ReplayProgress& progress_;
};

}  // namespace moadon

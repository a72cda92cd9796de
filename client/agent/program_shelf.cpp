#include "client/agent/program_shelf.h"

#include <algorithm>
#include <limits>

#include "rules/calendar.h"
#include "rules/program.h"

namespace moadon::agent {
namespace {

// A start that cannot be read is never reached.
int64_t start_us_of(const v1::Program& program) {
  const auto start_us = time_us_of(program.start_time(), "start_time");
  return start_us.ok() ? *start_us : std::numeric_limits<int64_t>::max();
}

ProgramShelf::PricingPointer pricing_of(const v1::Program& program) {
  if (has_unknown_parts(program) || !check_program(program).ok()) return nullptr;
  return std::make_shared<const Pricing>(program);
}

}  // namespace

bool ProgramShelf::is_here(int64_t version) const {
  absl::MutexLock lock(&mutex_);
  return std::any_of(volumes_.begin(), volumes_.end(),
                     [&](const Volume& volume) { return volume.version == version; });
}

void ProgramShelf::add(absl::Span<const v1::Program> programs) {
  for (const v1::Program& program : programs) {
    if (is_here(program.version())) continue;
    // Made outside the lock: cashiers do not wait for a long program.
    Volume volume{program.version(), start_us_of(program), pricing_of(program)};
    absl::MutexLock lock(&mutex_);
    const auto place = std::lower_bound(
        volumes_.begin(), volumes_.end(), volume.version,
        [](const Volume& earlier, int64_t version) { return earlier.version < version; });
    if (place != volumes_.end() && place->version == volume.version) continue;
    volumes_.insert(place, std::move(volume));
  }
}

ProgramShelf::PricingPointer ProgramShelf::in_force(int64_t time_us) const {
  absl::MutexLock lock(&mutex_);
  for (auto volume = volumes_.rbegin(); volume != volumes_.rend(); ++volume) {
    const bool has_started = volume->version == 1 || volume->start_us <= time_us;
    if (volume->pricing != nullptr && has_started) return volume->pricing;
  }
  return nullptr;
}

ProgramShelf::PricingPointer ProgramShelf::version(int64_t number) const {
  absl::MutexLock lock(&mutex_);
  for (const Volume& volume : volumes_) {
    if (volume.version == number) return volume.pricing;
  }
  return nullptr;
}

int64_t ProgramShelf::newest_version() const {
  absl::MutexLock lock(&mutex_);
  return volumes_.empty() ? 0 : volumes_.back().version;
}

int64_t ProgramShelf::newest_not_understood() const {
  absl::MutexLock lock(&mutex_);
  if (volumes_.empty() || volumes_.back().pricing != nullptr) return 0;
  return volumes_.back().version;
}

}  // namespace moadon::agent

#include "client/agent/program_shelf.h"

#include <algorithm>

#include "rules/calendar.h"
#include "rules/program.h"

namespace moadon::agent {
namespace {

bool has_started(const v1::Program& program, int64_t time_us) {
  if (program.version() == 1) return true;
  const auto start_us = time_us_of(program.start_time(), "start_time");
  return start_us.ok() && *start_us <= time_us;
}

}  // namespace

void ProgramShelf::add(absl::Span<const v1::Program> programs) {
  absl::MutexLock lock(&mutex_);
  for (const v1::Program& program : programs) {
    const auto place = std::lower_bound(
        volumes_.begin(), volumes_.end(), program.version(),
        [](const Volume& volume, int64_t version) { return volume.program->version() < version; });
    if (place != volumes_.end() && place->program->version() == program.version()) continue;
    volumes_.insert(place,
                    {std::make_shared<const v1::Program>(program), !has_unknown_parts(program)});
  }
}

ProgramShelf::ProgramPointer ProgramShelf::in_force(int64_t time_us) const {
  absl::MutexLock lock(&mutex_);
  for (auto volume = volumes_.rbegin(); volume != volumes_.rend(); ++volume) {
    if (volume->is_understood && has_started(*volume->program, time_us)) return volume->program;
  }
  return nullptr;
}

int64_t ProgramShelf::newest_version() const {
  absl::MutexLock lock(&mutex_);
  return volumes_.empty() ? 0 : volumes_.back().program->version();
}

int64_t ProgramShelf::newest_not_understood() const {
  absl::MutexLock lock(&mutex_);
  if (volumes_.empty() || volumes_.back().is_understood) return 0;
  return volumes_.back().program->version();
}

}  // namespace moadon::agent

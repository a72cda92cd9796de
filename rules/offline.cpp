#include "rules/offline.h"

namespace moadon {

int32_t cache_valid_hours_of(const v1::Program& program) {
  const v1::OfflineRules& rules = program.offline();
  return rules.has_cache_valid_hours() ? rules.cache_valid_hours() : kDefaultCacheValidHours;
}

bool keeps_seen_only(const v1::Program& program) { return program.offline().has_seen(); }

bool keeps_member(const v1::Program& program, std::optional<absl::CivilDay> last_seen,
                  absl::CivilDay today) {
  if (!keeps_seen_only(program)) return true;
  return last_seen && today - *last_seen <= program.offline().seen().last_days();
}

}  // namespace moadon

// The services: each adds its methods, which check and call the operations and translate their
// answers.
#pragma once

#include "server/operations/club.h"
#include "server/rpc/methods.h"

namespace moadon::rpc {

void add_sync_service(Methods& methods, Club& club);
void add_member_service(Methods& methods, Club& club);
void add_program_service(Methods& methods, Club& club);
void add_report_service(Methods& methods, Club& club);
void add_admin_service(Methods& methods, Club& club);
void add_settings_service(Methods& methods, Club& club);
void add_week_service(Methods& methods, Club& club);
void add_value_service(Methods& methods, Club& club);
void add_group_service(Methods& methods, Club& club);
void add_lifecycle_service(Methods& methods, Club& club);
void add_offline_service(Methods& methods, Club& club);

inline void add_all_services(Methods& methods, Club& club) {
  add_sync_service(methods, club);
  add_member_service(methods, club);
  add_program_service(methods, club);
  add_report_service(methods, club);
  add_admin_service(methods, club);
  add_settings_service(methods, club);
  add_week_service(methods, club);
  add_value_service(methods, club);
  add_group_service(methods, club);
  add_lifecycle_service(methods, club);
  add_offline_service(methods, club);
}

}  // namespace moadon::rpc

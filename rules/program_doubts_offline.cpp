// What registers do without the server, where it deserves a second look.
#include "rules/offline.h"
#include "rules/program_doubts.h"

namespace moadon {

void doubt_offline(const v1::Program& program, ProgramDoubts& doubts) {
  const OfflineCaps caps = offline_caps_of(program);
  if (caps.member_limit_minor > caps.register_limit_minor) {
    const bool names_member = program.offline().has_member_limit_minor();
    doubts.push_back(
        {names_member ? "offline.member_limit_minor" : "offline.register_limit_minor",
         {"one member may get more than a register may give all of them: the register's limit ends "
          "it",
          "לחבר אחד מותר יותר ממה שקופה רשאית לתת לכולם: מגבלת הקופה קובעת"}});
  }
  if (!program.offline().has_leases()) return;
  const std::string at = "offline.leases";
  if (program.rights().empty()) {
    doubts.push_back({at,
                      {"there is nothing to lease: the program has no rights",
                       "אין מה להשאיל: אין זכאויות בתוכנית"}});
  } else if (cache_valid_hours_of(program) == 0) {
    doubts.push_back({at,
                      {"leases are in vain: with cache_valid_hours 0 nothing is priced without the "
                       "server",
                       "ההשאלה לשווא: כאשר cache_valid_hours הוא 0 דבר אינו מתומחר בלי השרת"}});
  }
}

}  // namespace moadon

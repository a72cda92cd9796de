// The terms under which a basket is priced without the server, made of what its register has left.
// Pure functions.
#pragma once

#include "client/agent/journal_offline.h"
#include "moadon/v1/facts.pb.h"
#include "moadon/v1/offline.pb.h"
#include "moadon/v1/program.pb.h"

namespace moadon::agent {

// What may still be given to the member of the facts, without latest_date.
v1::OfflineTerms terms_of(const OfflineStanding& standing, const v1::MemberFacts& facts,
                          const v1::Program& program);
// What may still be given to anybody at the register. Minor units.
int64_t register_left_minor(const OfflineStanding& standing, const v1::Program& program);

// No more than either allows, with the later latest_date.
v1::OfflineTerms lesser_terms(const v1::OfflineTerms& quoted, const v1::OfflineTerms& left);

// Whether something is taken that nobody else may take meanwhile.
bool takes_something(const OfflineUse& use);

}  // namespace moadon::agent

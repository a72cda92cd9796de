// What is wrong with a program, fault by fault: the small checks that the walk over a program is
// made of. Every fault names its field and says in both languages what the field must be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/types/optional.h"
#include "moadon/v1/error.pb.h"
#include "rules/check.h"

namespace moadon {

// One statement in the two languages of a program. Reads on from the field's name.
struct Wording {
  std::string english;
  std::string hebrew;
};

struct ProgramFault {
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  std::string field;  // "benefits[2].title"
  std::string limit;  // what is allowed, where that is a form or a range; else empty
  Wording wording;
};

// Collects faults in the order in which they are found, up to a number. The checks return whether
// (or what) the value can be used by later checks. Used from one thread.
class ProgramFaults final {
 public:
  explicit ProgramFaults(size_t at_most) : at_most_(at_most) {}

  bool is_full() const { return faults_.size() >= at_most_; }
  const std::vector<ProgramFault>& faults() const { return faults_; }

  void missing(absl::string_view field);
  void contradicts(absl::string_view field, Wording wording);
  void not_unique(absl::string_view field);
  void invalid(absl::string_view field, absl::string_view limit, Wording must_be);
  void outside_time(absl::string_view field);
  void too_large(absl::string_view field, size_t max_bytes);

  bool check_id(absl::string_view id, absl::string_view field);
  bool check_text(absl::string_view text, size_t max_bytes, Presence presence,
                  absl::string_view field);
  // A count, rate or number of days: FIELD_INVALID outside.
  bool check_number(int64_t value, int64_t min, int64_t max, absl::string_view field);
  // Money, points or a quantity: AMOUNT_OUT_OF_RANGE outside.
  bool check_amount(int64_t value, int64_t min, int64_t max, absl::string_view field);
  bool check_size(size_t size, size_t max, absl::string_view field);
  absl::optional<absl::CivilDay> check_date(absl::string_view date, absl::string_view field);
  // HH:MM as minutes of the day, 0 .. max_minutes.
  absl::optional<int> check_time_of_day(absl::string_view time, int max_minutes,
                                        absl::string_view field);

 private:
  void add(ProgramFault fault);

  size_t at_most_;
  std::vector<ProgramFault> faults_;
};

// HH:MM as minutes, 00:00 to 24:00; empty for anything else.
absl::optional<int> minutes_of(absl::string_view time);

}  // namespace moadon

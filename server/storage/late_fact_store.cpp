#include "server/storage/late_fact_store.h"

namespace moadon::storage {

constexpr Sql kCountLateFact{
    "INSERT INTO late_facts (fact_day, receive_day, fact_count, last_receive_us)"
    " VALUES ($1, $2, 1, $3)"
    " ON CONFLICT (fact_day, receive_day) DO UPDATE SET"
    " fact_count = late_facts.fact_count + 1, last_receive_us = excluded.last_receive_us"};

absl::Status count_late_fact(Connection& connection, int64_t fact_day, int64_t receive_day,
                             int64_t receive_us) {
  return execute(connection, kCountLateFact, fact_day, receive_day, receive_us);
}

constexpr Sql kLateFactsUntil{
    "SELECT coalesce(sum(fact_count), 0), max(last_receive_us) FROM late_facts"
    " WHERE fact_day <= $1 AND receive_day > $1"};

absl::StatusOr<LateFacts> late_facts_until(Connection& connection, int64_t day) {
  const auto late = query_one(
      connection, kLateFactsUntil,
      [](Statement& row) {
        return LateFacts{row.int64(0), row.optional_int64(1)};
      },
      day);
  if (!late.ok()) return late.status();
  return late->value_or(LateFacts());
}

}  // namespace moadon::storage

// What was measured, and what is said of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace moadon::bench {

inline double microseconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

// Calls, or transactions, of one round.
struct Samples {
  double seconds = 0;
  std::vector<double> latencies_us;
};

// Rounds of the same measurement, taken in turn with those that it is compared with. Figures are
// medians over the rounds, which a noisy moment of the machine does not move.
class Series final {
 public:
  // `unit_count`: sales or calls that the round did.
  void add(Samples samples, int64_t unit_count);
  void add(Samples samples);  // one per latency

  double per_second() const;
  double latency_us(double quantile) const;

 private:
  struct Round {
    double per_second;
    std::vector<double> sorted_latencies_us;
  };
  std::vector<Round> rounds_;
};

// One line of the report.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<double> reference = {};
};

// Prints the figure as one JSON object on stdout: name, value, unit, reference and ratio (value to
// reference), the last two null without a reference.
void report(const Figure& figure);

// Throughput (unless `unit`, what is counted, is empty), median and p99 of `series`, beside those
// of `reference` unless that is null. `name` is the prefix.
void report_series(const std::string& name, const std::string& unit, const Series& series,
                   const Series* reference);

}  // namespace moadon::bench

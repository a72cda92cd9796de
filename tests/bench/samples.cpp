#include "tests/bench/samples.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace moadon::bench {
namespace {

constexpr double kMedian = 0.5;
constexpr double kP99 = 0.99;

double median(std::vector<double> values) {
  if (values.empty()) throw std::logic_error("nothing was measured");
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

void Series::add(Samples samples, int64_t unit_count) {
  if (samples.latencies_us.empty()) throw std::logic_error("a round without calls");
  std::sort(samples.latencies_us.begin(), samples.latencies_us.end());
  const double per_second = static_cast<double>(unit_count) / samples.seconds;
  rounds_.push_back({per_second, std::move(samples.latencies_us)});
}

void Series::add(Samples samples) {
  const auto count = static_cast<int64_t>(samples.latencies_us.size());
  add(std::move(samples), count);
}

double Series::per_second() const {
  std::vector<double> values;
  for (const Round& round : rounds_) values.push_back(round.per_second);
  return median(std::move(values));
}

double Series::latency_us(double quantile) const {
  std::vector<double> values;
  for (const Round& round : rounds_) {
    const std::vector<double>& sorted = round.sorted_latencies_us;
    const auto rank = static_cast<size_t>(std::ceil(quantile * static_cast<double>(sorted.size())));
    values.push_back(sorted[std::max<size_t>(rank, 1) - 1]);
  }
  return median(std::move(values));
}

void report(const Figure& figure) {
  nlohmann::ordered_json line = {{"name", figure.name},
                                 {"value", figure.value},
                                 {"unit", figure.unit},
                                 {"reference", nullptr},
                                 {"ratio", nullptr}};
  if (figure.reference) {
    line["reference"] = *figure.reference;
    line["ratio"] = figure.value / *figure.reference;
  }
  std::cout << line.dump() << std::endl;
}

void report_series(const std::string& name, const std::string& unit, const Series& series,
                   const Series* reference) {
  const auto beside = [reference](auto figure_of) -> std::optional<double> {
    if (reference == nullptr) return std::nullopt;
    return figure_of(*reference);
  };
  if (!unit.empty()) {
    report({name + ".throughput", series.per_second(), unit + "/s",
            beside([](const Series& other) { return other.per_second(); })});
  }
  for (const auto& [suffix, quantile] : {std::pair(".p50", kMedian), std::pair(".p99", kP99)}) {
    report({name + suffix, series.latency_us(quantile), "us",
            beside([q = quantile](const Series& other) { return other.latency_us(q); })});
  }
}

}  // namespace moadon::bench

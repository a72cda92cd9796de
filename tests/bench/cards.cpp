// How an agent's shelf takes, keeps and finds the cards of a whole club: filled from nothing,
// filled again beside what is there while a till asks, and swept. Beside it the same rows as bytes
// through the SQLite C API, page by page in turn.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/agent/card_feed.h"
#include "client/agent/card_shelf.h"
#include "client/agent/made_cards.h"
#include "tests/bench/dice.h"
#include "tests/bench/raw_cards.h"
#include "tests/bench/samples.h"

namespace moadon::bench {
namespace {

namespace fs = std::filesystem;
using agent::CardShelf;
using Clock = std::chrono::steady_clock;

constexpr uint64_t kSeed = 5;
constexpr int64_t kServerUs = 1'795'000'000'000'000;
// One in so many members is not sent again with the second pass.
constexpr int64_t kOneLeavesOf = 100;
// How long a till waits between one customer and the next.
constexpr auto kBetweenCustomers = std::chrono::milliseconds(1);

// 16 hexadecimal digits, as the server writes ids; in no order, since the order of change, in which
// cards come, is none of theirs.
std::string member_id_of(int64_t number) {
  return absl::StrFormat("%016x", Dice(kSeed, static_cast<uint64_t>(number)).next());
}

// A member with a tier, points and two rights, known by a phone and a card.
v1::MemberCard card_of(int64_t number, const KeyDigester& digester, int64_t issued_us) {
  v1::MemberCard card = agent::made_card(number, digester, issued_us);
  card.set_member_id(member_id_of(number));
  card.mutable_facts()->set_member_id(card.member_id());
  v1::HeldRight& right = *card.mutable_facts()->add_rights();
  right = card.facts().rights(0);
  right.set_grant_id("grant-000000002");
  right.set_right_id("birthday");
  right.set_valid_until_date("2026-12-31");
  return card;
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void check(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

// Times `work` as one more of `samples`.
template <typename Work>
void time(Samples& samples, const Work& work) {
  const auto begin = Clock::now();
  work();
  const auto took = Clock::now() - begin;
  samples.seconds += std::chrono::duration<double>(took).count();
  samples.latencies_us.push_back(microseconds(took));
}

// The agent's times and, in turn with them, those of the reference.
struct Pair {
  Samples agent;
  Samples raw;
};

// Asks for members by phone; between two of them reads a row of the same file by its primary key.
class Till final {
 public:
  Till(CardShelf& shelf, const fs::path& cards, int64_t member_count)
      : shelf_(shelf), file_(cards), member_count_(member_count) {}

  void ask(Pair& pair) {
    const int64_t number = dice_.below(member_count_);
    const auto keys = presented_key(agent::made_phone(number), "IL").candidates;
    std::optional<v1::MemberCard> found;
    time(pair.agent, [&] { found = shelf_.find(keys); });
    if (!found || found->member_id() != member_id_of(number)) {
      throw std::runtime_error(absl::StrCat("member ", number, " is not found"));
    }
    const int64_t card_id = dice_.below(member_count_) + 1;
    bool is_there = false;
    time(pair.raw, [&] { is_there = file_.read_sealed(card_id); });
    if (!is_there) throw std::runtime_error(absl::StrCat("card ", card_id, " is not there"));
  }

 private:
  CardShelf& shelf_;
  CardFile file_;
  const int64_t member_count_;
  Dice dice_{kSeed, 0};
};

// A till that asks, once at least, as long as this lives and is not ended.
class BusyTill final {
 public:
  BusyTill(CardShelf& shelf, const fs::path& cards, int64_t member_count)
      : till_(shelf, cards, member_count), thread_([this] { run(); }) {}
  ~BusyTill() { stop(); }
  BusyTill(const BusyTill&) = delete;
  BusyTill& operator=(const BusyTill&) = delete;

  // It asks only while the agent fills, not while the reference does.
  void set_asking(bool asks) { asks_ = asks; }
  Pair end() {
    stop();
    if (failure_) std::rethrow_exception(failure_);
    return std::move(pair_);
  }

 private:
  void run() {
    try {
      do {
        if (asks_ || pair_.agent.latencies_us.empty()) till_.ask(pair_);
        std::this_thread::sleep_for(kBetweenCustomers);
      } while (!ends_);
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  void stop() {
    ends_ = true;
    if (thread_.joinable()) thread_.join();
  }

  Till till_;
  std::atomic<bool> asks_ = true;
  std::atomic<bool> ends_ = false;
  // The thread's until it has ended.
  Pair pair_;
  std::exception_ptr failure_;
  std::thread thread_;
};

class Bench final {
 public:
  Bench(const fs::path& root, int64_t member_count)
      : directory_(root / "agent"),
        cards_path_(directory_ / "cards.db"),
        raw_path_(root / "raw" / "cards.db"),
        member_count_(member_count),
        staying_count_(member_count - member_count / kOneLeavesOf) {
    fs::create_directories(directory_);
    fs::create_directories(raw_path_.parent_path());
    shelf_ = std::make_unique<CardShelf>(
        agent::CardFiles{cards_path_.string(), (directory_ / "cards.key").string()});
  }

  void measure(int64_t ask_count) {
    const Pair fill = pass(1, member_count_, nullptr);
    Pair quiet;
    Till till(*shelf_, cards_path_, staying_count_);
    for (int64_t i = 0; i < ask_count; ++i) till.ask(quiet);
    BusyTill busy(*shelf_, cards_path_, staying_count_);
    const Pair refill = pass(2, staying_count_, &busy);
    const Figure swept = sweep(busy);
    report_pair("cards_fill", "members", fill, member_count_);
    report_pair("cards_refill", "members", refill, staying_count_);
    report(swept);
    report_pair("find", "", quiet, ask_count);
    Pair beside = busy.end();
    const auto asked = static_cast<int64_t>(beside.agent.latencies_us.size());
    report_pair("find_refilling", "", beside, asked);
    report_disk();
  }

 private:
  // Members 0 .. count - 1, a page at a time, from the shelf's point of view a pass of the feed.
  Pair pass(int64_t number, int64_t count, BusyTill* till) {
    Pair pair;
    for (int64_t first = 0; first < count; first += agent::kCardPage) {
      const int64_t end = std::min<int64_t>(first + agent::kCardPage, count);
      store(number, first, end, pair.agent);
      if (till != nullptr) till->set_asking(false);
      store_raw(number, first, end, pair.raw);
      if (till != nullptr) till->set_asking(true);
    }
    return pair;
  }

  void store(int64_t pass, int64_t first, int64_t end, Samples& samples) {
    const KeyDigester digester(shelf_->digest_key().value());
    std::vector<v1::MemberCard> cards;
    for (int64_t i = first; i < end; ++i) cards.push_back(card_of(i, digester, kServerUs + pass));
    agent::FeedState state;
    state.register_id = "R1";
    state.cursor = absl::StrCat("cursor ", end);
    state.pass = pass;
    state.is_filling = true;
    state.pass_begin_us = kServerUs + pass;
    time(samples, [&] { check(shelf_->store(cards, state)); });
  }

  void store_raw(int64_t pass, int64_t first, int64_t end, Samples& samples) {
    if (file_ == nullptr) {
      file_ = std::make_unique<CardFile>(cards_path_);
      raw_ = std::make_unique<RawCards>(raw_path_, file_->tables());
    }
    const std::vector<Row> rows = file_->rows_after(first, end - first);
    time(samples, [&] { pass == 1 ? raw_->add(rows) : raw_->change(rows); });
  }

  Figure sweep(BusyTill& till) {
    const auto begin = Clock::now();
    check(shelf_->sweep([](const agent::CardMark& mark) { return mark.pass == 2; },
                        [] { return true; }));
    const double seconds = seconds_since(begin);
    till.set_asking(false);
    const auto raw_begin = Clock::now();
    raw_->sweep(2, agent::kCardSweepStep);
    const double raw_seconds = seconds_since(raw_begin);
    if (shelf_->card_count() != staying_count_ || raw_->count() != staying_count_) {
      throw std::runtime_error("the sweep left others than were sent again");
    }
    return {"cards_sweep.time", seconds, "s", raw_seconds};
  }

  // With the raw one's figures before, which it is compared with.
  static void report_pair(const std::string& name, const std::string& unit, const Pair& pair,
                          int64_t unit_count) {
    Series agent;
    agent.add(pair.agent, unit_count);
    Series raw;
    raw.add(pair.raw, unit_count);
    report_series(absl::StrCat("raw_", name), unit, raw, nullptr);
    report_series(name, unit, agent, &raw);
    report({name + ".max", agent.latency_us(1), "us", raw.latency_us(1)});
  }

  static double bytes_in(const fs::path& directory) {
    uintmax_t bytes = 0;
    for (const fs::directory_entry& file : fs::directory_iterator(directory)) {
      bytes += file.file_size();
    }
    return static_cast<double>(bytes);
  }

  // Everything there is, the key and the log included.
  void report_disk() const {
    constexpr double kMegabyte = 1e6;
    const double bytes = bytes_in(directory_);
    const double raw_bytes = bytes_in(raw_path_.parent_path());
    const auto members = static_cast<double>(member_count_);
    report({"cards_disk.per_member", bytes / members, "B", raw_bytes / members});
    report({"cards_disk.all", bytes / kMegabyte, "MB", raw_bytes / kMegabyte});
  }

  const fs::path directory_;
  const fs::path cards_path_;
  const fs::path raw_path_;
  const int64_t member_count_;
  const int64_t staying_count_;
  std::unique_ptr<CardShelf> shelf_;
  std::unique_ptr<CardFile> file_;
  std::unique_ptr<RawCards> raw_;
};

}  // namespace
}  // namespace moadon::bench

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw std::invalid_argument("usage: bench_cards DIRECTORY MEMBERS ASKS");
    moadon::bench::Bench(argv[1], std::atoll(argv[2])).measure(std::atoll(argv[3]));
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << "bench_cards: " << failure.what() << std::endl;
    return 1;
  }
}

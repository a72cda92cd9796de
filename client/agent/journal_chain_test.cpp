#include "client/agent/journal_chain.h"

#include <functional>
#include <set>

#include "absl/strings/escaping.h"
#include "client/agent/journal_seal.h"
#include "tests/catch.h"

namespace moadon::agent {
namespace {

ChainedEntry entry() {
  ChainedEntry entry;
  entry.register_id = "R1";
  entry.sequence = 7;
  entry.receipt = "A-7";
  entry.kind = 1;
  entry.content = "content";
  entry.context = "context";
  entry.amount_minor = 1000;
  entry.commit_time_us = 1'770'000'000'000'000;
  entry.branch_id = "B1";
  entry.business_day = 20'484;
  entry.minute_of_day = 600;
  return entry;
}

TEST_CASE("the chain value of an entry is that of the format, for ever") {
  CHECK(chain_start() == std::string(32, '\0'));
  const std::string value = chain_of(chain_start(), entry());
  CHECK(absl::BytesToHexString(value) ==
        "3036d2063d7e3a5cf052391909f6c0e507667e1cb3a7fe3c5d206d36538e019a");
}

TEST_CASE("every part of an entry counts in its chain value") {
  const std::vector<std::pair<const char*, std::function<void(ChainedEntry&)>>> changes = {
      {"register", [](ChainedEntry& e) { e.register_id = "R2"; }},
      {"sequence", [](ChainedEntry& e) { e.sequence = 8; }},
      {"receipt", [](ChainedEntry& e) { e.receipt = "A-8"; }},
      {"kind", [](ChainedEntry& e) { e.kind = 2; }},
      {"content", [](ChainedEntry& e) { e.content = "kontent"; }},
      {"context", [](ChainedEntry& e) { e.context = ""; }},
      {"bytes moved", [](ChainedEntry& e) { e.content = "contentc", e.context = "ontext"; }},
      {"amount", [](ChainedEntry& e) { e.amount_minor = 1001; }},
      {"points_minor", [](ChainedEntry& e) { e.points_minor = 1; }},
      {"points_milli", [](ChainedEntry& e) { e.points_milli = 1; }},
      {"gift balance", [](ChainedEntry& e) { e.gift_balance_minor = 1; }},
      {"time", [](ChainedEntry& e) { ++e.commit_time_us; }},
      {"sale's register", [](ChainedEntry& e) { e.sale_register_id = ""; }},
      {"sale's receipt", [](ChainedEntry& e) { e.sale_receipt = ""; }},
      {"branch", [](ChainedEntry& e) { e.branch_id.reset(); }},
      {"day", [](ChainedEntry& e) { e.business_day = 20'485; }},
      {"minute", [](ChainedEntry& e) { e.minute_of_day.reset(); }},
  };
  std::set<std::string> values = {chain_of(chain_start(), entry()),
                                  chain_of(std::string(32, 'x'), entry())};
  CHECK(values.size() == 2);
  for (const auto& [what, change] : changes) {
    CAPTURE(what);
    ChainedEntry changed = entry();
    change(changed);
    CHECK(values.insert(chain_of(chain_start(), changed)).second);
  }
}

TEST_CASE("a sealed value opens in its place only, with its key only, and unchanged only") {
  const JournalSeal seal(std::string(kJournalKeyBytes, 'a'));
  const JournalSeal other(std::string(kJournalKeyBytes, 'b'));
  const std::string place = entry_place("content", "R1", 7);
  for (const std::string& plain : {std::string(), std::string("052-7654321")}) {
    CAPTURE(plain);
    const std::string sealed = seal.seal(plain, place).value();
    CHECK(sealed.find("7654321") == std::string::npos);
    CHECK(seal.open(sealed, place) == plain);
    CHECK(seal.seal(plain, place).value() != sealed);
    CHECK_FALSE(other.open(sealed, place));
    for (const std::string& elsewhere :
         {entry_place("context", "R1", 7), entry_place("content", "R2", 7),
          entry_place("content", "R1", 8), hold_place("content", "R1", "7")}) {
      CHECK_FALSE(seal.open(sealed, elsewhere));
    }
    for (size_t i = 0; i < sealed.size(); ++i) {
      std::string changed = sealed;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      CHECK_FALSE(seal.open(changed, place));
      CHECK_FALSE(seal.open(sealed.substr(0, i), place));
    }
  }
}

}  // namespace
}  // namespace moadon::agent

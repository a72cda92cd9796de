// abusive_host LIBRARY COPY CONFIG_R1 CONFIG_R2 OUTPUT SALES: a register program that does to the
// plugin what hosts do, in front of a real agent, while its test kills that agent again and again.
// Every sale is repeated unchanged until it is acknowledged; what was goes to OUTPUT, one receipt
// per line. Exits with 0 if nothing else was amiss.
#include <dlfcn.h>
#include <fcntl.h>
#include <fenv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "moadon_pos.h"

namespace {

constexpr int kThreads = 32;
constexpr int kForks = 8;
constexpr int kSalesOfChild = 3;
constexpr int kSalesAfter = 4;  // each time after the descriptors are gone
constexpr int kDescriptorsEnd = 1024;
constexpr int kTries = 200;
constexpr std::int32_t kTimeout_ms = 10'000;
constexpr unsigned kTryPause_us = 50'000;
constexpr std::size_t kBombBytes = 10'000'000;

[[noreturn]] void fail(std::string_view what, std::string_view text = "") {
  std::fprintf(stderr, "abusive_host: %.*s %.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(text.size()), text.data());
  ::_exit(1);
}

// One copy of the library, as dlopen gives it, and a handle of it.
class Till {
 public:
  Till(const char* path, const char* config) {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) fail("dlopen", dlerror());
    open_ = reinterpret_cast<decltype(open_)>(dlsym(library, "moadon_pos_open"));
    call_ = reinterpret_cast<decltype(call_)>(dlsym(library, "moadon_pos_call"));
    release_ = reinterpret_cast<decltype(release_)>(dlsym(library, "moadon_pos_release"));
    close_ = reinterpret_cast<decltype(close_)>(dlsym(library, "moadon_pos_close"));
    const char* error = nullptr;
    if (open_(config, &handle_, &error) != MOADON_POS_OK) fail("open", error);
    // The library stays mapped: this changes nothing for whoever is inside, now or later.
    dlclose(library);
  }

  // The answer, or the error object; true: an answer.
  bool call(const char* method, const std::string& request, std::string& text) const {
    const char* out = nullptr;
    const std::int32_t status = call_(handle_, method, request.c_str(), kTimeout_ms, &out);
    text = out;
    release_(out);
    return status == MOADON_POS_OK;
  }

  void close() { close_(handle_); }

 private:
  decltype(&moadon_pos_open) open_;
  decltype(&moadon_pos_call) call_;
  decltype(&moadon_pos_release) release_;
  decltype(&moadon_pos_close) close_;
  moadon_pos* handle_ = nullptr;
};

// Which sales were acknowledged; shared with the children.
class Ledger {
 public:
  explicit Ledger(int size) : size_(size) {
    void* page = ::mmap(nullptr, sizeof(std::atomic<int>) + static_cast<std::size_t>(size),
                        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) fail("mmap");
    next_ = static_cast<std::atomic<int>*>(page);
    acknowledged_ = reinterpret_cast<char*>(next_ + 1);
  }

  int take_number() {
    const int number = next_->fetch_add(1);
    if (number >= size_) fail("too many sales");
    return number;
  }
  void acknowledge(int number) { acknowledged_[number] = 1; }

  void write(const char* path) const {
    std::ofstream out(path);
    for (int number = 0; number < size_; ++number) {
      if (acknowledged_[number] != 0) out << receipt(number) << '\n';
    }
  }

  static std::string receipt(int number) { return "s-" + std::to_string(number); }

 private:
  const int size_;
  std::atomic<int>* next_;
  char* acknowledged_;
};

// What a caller repeats for: the agent was killed, or has only just been started.
bool is_passing(const std::string& error) {
  for (const char* reason :
       {"REASON_AGENT_UNREACHABLE", "REASON_DEADLINE_EXCEEDED", "REASON_BUSY", "REASON_STOPPING"}) {
    if (error.find(reason) != std::string::npos) return true;
  }
  return false;
}

void sell(const Till& till, Ledger& ledger) {
  const int number = ledger.take_number();
  const std::string request =
      R"({"sale": {"receipt": ")" + Ledger::receipt(number) +
      R"(", "occurred_at": "2026-06-01T10:00:00Z", "lines": [{"line_id": "1", "sku": "לחם",)"
      R"( "unit_price_minor": "790", "quantity_milli": "1000"}]}})";
  std::string text;
  for (int tried = 0; tried < kTries; ++tried) {
    if (till.call("Commit", request, text)) return ledger.acknowledge(number);
    if (!is_passing(text)) fail("commit", text);
    ::usleep(kTryPause_us);
  }
  fail("never acknowledged", text);
}

void expect_refusal(const Till& till, const char* method, const std::string& request) {
  std::string text;
  for (int tried = 0; tried < kTries; ++tried) {
    if (till.call(method, request, text)) fail("taken", method);
    if (text.find("REASON_") == std::string::npos) fail("no reason", text);
    if (!is_passing(text)) {
      if (text.find("REASON_INTERNAL") != std::string::npos) fail("internal", text);
      return;
    }
    ::usleep(kTryPause_us);
  }
  fail("no answer", text);
}

std::string repeated(std::string_view part, std::size_t bytes) {
  std::string text;
  text.reserve(bytes + part.size());
  while (text.size() < bytes) text += part;
  return text;
}

// Texts that no register sends, to an agent that has read more than its share of them.
void send_nonsense(const Till& till) {
  for (const char* method : {"Commit", "Quote", "Identify"}) {
    expect_refusal(till, method, repeated("[", kBombBytes));
    expect_refusal(till, method, repeated("{\"sale\":", kBombBytes));
    expect_refusal(
        till, method,
        "{\"basket\": {\"lines\": " + repeated("[", 50'000) + repeated("]", 50'000) + "}}");
    expect_refusal(till, method, "{\"sale\": \"" + repeated("\xD7\xA9", kBombBytes) + "\"}");
    expect_refusal(till, method, "{\"sale\": \"\xFF\xFE\"}");
    expect_refusal(till, method, "{\"sale\": \"\xED\xA0\x80\"}");
    expect_refusal(till, method, "{\"sale\": {\"receipt\": \"\\ud800\"}}");
    expect_refusal(till, method, "{\"sale\": 1e400, \"basket\": -1e400, \"key\": 1e-400}");
    expect_refusal(till, method, "\x01\x02\x03");
  }
  expect_refusal(till, "NoSuchMethod", "{}");
}

void sell_in_threads(std::vector<Till>& tills, Ledger& ledger, int sales) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    // Half of them share one handle, the others are spread over all.
    const std::size_t number =
        thread % 2 == 0 ? 0 : static_cast<std::size_t>(thread) % tills.size();
    threads.emplace_back([&, number] {
      for (int i = 0; i < sales; ++i) sell(tills[number], ledger);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

pid_t start_child(std::vector<Till>& tills, Ledger& ledger, int number) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  if (number % 3 == 0) ::_exit(0);  // never touches the plugin
  for (int i = 0; i < kSalesOfChild; ++i)
    sell(tills[static_cast<std::size_t>(number) % tills.size()], ledger);
  if (number % 3 == 1) tills.front().close();
  ::_exit(0);
}

// Forks in the middle of other threads' calls.
void sell_and_fork(std::vector<Till>& tills, Ledger& ledger, int sales) {
  std::thread selling([&] { sell_in_threads(tills, ledger, sales); });
  std::vector<pid_t> children;
  for (int number = 0; number < kForks; ++number) {
    children.push_back(start_child(tills, ledger, number));
    ::usleep(kTryPause_us);
  }
  selling.join();
  for (const pid_t child : children) {
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0) fail("a child");
  }
}

void close_descriptors(int first) {
  for (int descriptor = first; descriptor < kDescriptorsEnd; ++descriptor) ::close(descriptor);
}

void sell_after_closing(std::vector<Till>& tills, Ledger& ledger, int first_descriptor) {
  for (int i = 0; i < kSalesAfter; ++i) {
    for (const Till& till : tills) {
      close_descriptors(first_descriptor);
      sell(till, ledger);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) fail("usage");
  const int sales = std::atoi(argv[6]);
  // As runtimes of other languages do; threads that follow have it, too.
  ::feclearexcept(FE_ALL_EXCEPT);
  ::feenableexcept(FE_ALL_EXCEPT);
  std::vector<Till> tills;
  for (const char* library : {argv[1], argv[2], argv[1], argv[2]}) {
    tills.emplace_back(library, tills.size() % 3 == 0 ? argv[3] : argv[4]);
  }
  Ledger ledger(2 * kThreads * sales + kForks * kSalesOfChild +
                3 * kSalesAfter * static_cast<int>(tills.size()));
  sell_in_threads(tills, ledger, sales);
  sell_and_fork(tills, ledger, sales);
  send_nonsense(tills[0]);
  send_nonsense(tills[1]);  // of the other copy
  sell_after_closing(tills, ledger, STDERR_FILENO + 1);
  const int kept = ::fcntl(STDERR_FILENO, F_DUPFD, kDescriptorsEnd);
  sell_after_closing(tills, ledger, STDIN_FILENO);
  if (::dup2(kept, STDERR_FILENO) < 0) return 2;
  sell_after_closing(tills, ledger, kDescriptorsEnd + 1);
  for (Till& till : tills) till.close();
  ledger.write(argv[5]);
  return 0;
}

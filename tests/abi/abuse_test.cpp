// What a host may do to us. Everything happens in a child made by fork, as the descriptors, signals
// and threads at stake are the process's.
#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "tests/abi/abi_host.h"
#include "tests/catch.h"

namespace moadon::abi_test {
namespace {

constexpr int kDescriptorsEnd = 256;

struct Fixture {
  Fixture() { directory.start_agent(); }
  int malformed() const { return Handle(directory.config()).call("Counts").json["malformed"]; }
  AgentDirectory directory;
};

bool works(const Handle& handle) { return handle.call("Empty").status == MOADON_POS_OK; }

int connection_of(const Handle& handle) { return handle.call("Counts").json["connection"]; }

void close_all_but_standard() {
  for (int descriptor = STDERR_FILENO + 1; descriptor < kDescriptorsEnd; ++descriptor) {
    ::close(descriptor);
  }
}

// The first socket of this process, which the plugin opened.
int find_socket() {
  for (int descriptor = 0; descriptor < kDescriptorsEnd; ++descriptor) {
    struct stat identity {};
    if (::fstat(descriptor, &identity) == 0 && S_ISSOCK(identity.st_mode)) return descriptor;
  }
  return -1;
}

}  // namespace

TEST_CASE_METHOD(Fixture,
                 "a forked child has connections of its own and leaves the parent's alone") {
  Handle handle(directory.config());
  const int before = connection_of(handle);
  const int child = in_child([&] {
    const int own = connection_of(handle);
    const bool again = connection_of(handle) == own;
    handle.close();
    return own != before && again ? 0 : 1;
  });
  CHECK(child == 0);
  CHECK(connection_of(handle) == before);
  CHECK(malformed() == 0);
}

TEST_CASE_METHOD(Fixture, "a child that only closes its handle harms nobody") {
  Handle handle(directory.config());
  const int before = connection_of(handle);
  CHECK(in_child([&] {
          handle.close();
          return 0;
        }) == 0);
  CHECK(connection_of(handle) == before);
}

TEST_CASE_METHOD(Fixture, "a fork in the middle of other threads' calls leaves a working child") {
  Handle handle(directory.config());
  std::atomic<bool> stop{false};
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!stop) failed += !works(handle);
    });
  }
  for (int i = 0; i < 20; ++i) {
    CHECK(in_child([&] {
            const bool good = works(handle) && works(handle);
            handle.close();
            return good ? 0 : 1;
          }) == 0);
  }
  stop = true;
  for (auto& thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(malformed() == 0);
}

TEST_CASE_METHOD(Fixture, "a host that closes every descriptor it does not know") {
  CHECK(in_child([&] {
          Handle handle(directory.config());
          for (int i = 0; i < 3; ++i) {
            if (!works(handle)) return 1;
            close_all_but_standard();
          }
          return works(handle) ? 0 : 2;
        }) == 0);
}

TEST_CASE_METHOD(Fixture,
                 "a host's file in the place of our descriptor is neither written nor closed") {
  const std::string path = directory.path() + "/host-file";
  CHECK(in_child([&] {
          close_all_but_standard();
          Handle handle(directory.config());
          if (!works(handle)) return 1;
          const int ours = find_socket();
          if (ours < 0) return 2;
          const int file = ::open(path.c_str(), O_RDWR | O_CREAT, 0600);
          ::dup2(file, ours);
          if (!works(handle)) return 3;
          handle.close();
          struct stat identity {};
          if (::fstat(ours, &identity) != 0) return 4;
          return S_ISREG(identity.st_mode) && identity.st_size == 0 ? 0 : 5;
        }) == 0);
}

TEST_CASE_METHOD(Fixture, "a host's connection in the place of ours gets not one byte") {
  CHECK(in_child([&] {
          close_all_but_standard();
          Handle handle(directory.config());
          if (!works(handle)) return 1;
          const int ours = find_socket();
          int pair[2];
          if (ours < 0 || ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return 2;
          ::dup2(pair[0], ours);
          ::close(pair[0]);
          if (!works(handle)) return 3;
          handle.close();
          int waiting = -1;
          ::ioctl(pair[1], FIONREAD, &waiting);
          if (waiting != 0) return 4;
          return ::write(ours, "x", 1) == 1 ? 0 : 5;
        }) == 0);
}

TEST_CASE_METHOD(Fixture,
                 "a host without standard descriptors does not print into our connection") {
  CHECK(in_child([&] {
          for (int i = 0; i <= STDERR_FILENO; ++i) ::close(i);
          const Handle handle(directory.config());
          if (!works(handle)) return 1;
          for (int i = 0; i <= STDERR_FILENO; ++i) {
            if (::fcntl(i, F_GETFD) != -1) return 2;
          }
          return works(handle) ? 0 : 3;
        }) == 0);
}

TEST_CASE_METHOD(Fixture, "a lost agent raises no SIGPIPE") {
  CHECK(in_child([&] {
          ::signal(SIGPIPE, SIG_DFL);
          const Handle handle(directory.config());
          for (int i = 0; i < 3; ++i) {
            if (handle.call("Leave").status != MOADON_POS_OK) return 1;
            if (handle.call("Drop", std::string(4'000'000, 'x')).status == MOADON_POS_OK) return 2;
          }
          return 0;
        }) == 0);
}

TEST_CASE_METHOD(Fixture, "signals that interrupt a call do not end it") {
  CHECK(in_child([&] {
          struct sigaction quiet {};
          quiet.sa_handler = [](int) {};
          ::sigaction(SIGUSR1, &quiet, nullptr);  // without SA_RESTART
          const Handle handle(directory.config());
          const pthread_t caller = ::pthread_self();
          std::thread noise([&] {
            for (int i = 0; i < 50; ++i) {
              ::pthread_kill(caller, SIGUSR1);
              std::this_thread::sleep_for(std::chrono::milliseconds(5));
            }
          });
          const bool good = handle.call("Sleep", "200").status == MOADON_POS_OK;
          noise.join();
          return good ? 0 : 1;
        }) == 0);
}

TEST_CASE_METHOD(Fixture, "a thread that is cancelled inside a call ends after it") {
  CHECK(in_child([&] {
          const Handle handle(directory.config());
          struct Call {
            const Handle* handle;
            std::atomic<int> status{-1};
          } call{&handle};
          pthread_t thread;
          ::pthread_create(
              &thread, nullptr,
              [](void* argument) -> void* {
                auto* work = static_cast<Call*>(argument);
                const char* text = nullptr;
                work->status =
                    moadon_pos_call(work->handle->get(), "Sleep", "300", kTimeout_ms, &text);
                moadon_pos_release(text);
                ::pause();
                return nullptr;
              },
              &call);
          std::this_thread::sleep_for(std::chrono::milliseconds(100));
          ::pthread_cancel(thread);
          void* result = nullptr;
          ::pthread_join(thread, &result);
          return result == PTHREAD_CANCELED && call.status == MOADON_POS_OK && works(handle) ? 0
                                                                                             : 1;
        }) == 0);
}

}  // namespace moadon::abi_test

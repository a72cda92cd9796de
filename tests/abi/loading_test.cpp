// A host that loads the library more than once, and unloads it at the wrong moment.
#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "tests/abi/abi_host.h"
#include "tests/catch.h"

namespace moadon::abi_test {
namespace {

constexpr int kHandles = 4;
constexpr int kThreads = 32;
constexpr int kCalls = 25;

struct Fixture {
  Fixture() { directory.start_agent(); }
  AgentDirectory directory;
};

// The library as a host that uses dlopen has it. Never unloaded by itself.
struct Library {
  explicit Library(const std::string& path)
      : object(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)),
        open(find<decltype(&moadon_pos_open)>("moadon_pos_open")),
        call(find<decltype(&moadon_pos_call)>("moadon_pos_call")),
        release(find<decltype(&moadon_pos_release)>("moadon_pos_release")),
        close(find<decltype(&moadon_pos_close)>("moadon_pos_close")) {}

  template <typename Function>
  Function find(const char* name) const {
    return reinterpret_cast<Function>(dlsym(object, name));
  }

  moadon_pos* open_handle(const nlohmann::json& config) const {
    moadon_pos* handle = nullptr;
    const char* error = nullptr;
    open(config.dump().c_str(), &handle, &error);
    release(error);
    return handle;
  }

  bool works(moadon_pos* handle, const char* method = "Empty", const char* request = "{}") const {
    const char* text = nullptr;
    const std::int32_t status = call(handle, method, request, kTimeout_ms, &text);
    release(text);
    return status == MOADON_POS_OK;
  }

  void* object;
  decltype(&moadon_pos_open) open;
  decltype(&moadon_pos_call) call;
  decltype(&moadon_pos_release) release;
  decltype(&moadon_pos_close) close;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the same library loaded twice is one, until both let go") {
  const Library first(MOADON_POS_LIBRARY);
  const Library second(MOADON_POS_LIBRARY);
  REQUIRE(first.object != nullptr);
  CHECK(first.call == second.call);
  moadon_pos* handle = first.open_handle(directory.config());
  CHECK(first.works(handle));
  dlclose(first.object);
  CHECK(second.works(handle));
  second.close(handle);
  dlclose(second.object);
}

TEST_CASE_METHOD(Fixture,
                 "a library that is unloaded while calls are under way ends them as usual") {
  const std::string copy = directory.path() + "/copy.so";
  std::filesystem::copy_file(MOADON_POS_LIBRARY, copy);
  CHECK(in_child([&] {
          const Library library(copy);
          moadon_pos* handle = library.open_handle(directory.config());
          std::atomic<int> good{0};
          std::vector<std::thread> threads;
          for (int i = 0; i < kHandles; ++i) {
            threads.emplace_back([&] { good += library.works(handle, "Sleep", "300"); });
          }
          std::this_thread::sleep_for(std::chrono::milliseconds(100));
          if (dlclose(library.object) != 0) return 1;
          std::filesystem::remove(copy);
          for (auto& thread : threads) thread.join();
          if (good != kHandles) return 2;
          // It stays mapped, so even a handle that was forgotten goes on.
          if (!library.works(handle)) return 3;
          library.close(handle);
          return 0;
        }) == 0);
}

TEST_CASE_METHOD(Fixture, "32 threads call on the handles of two copies of the library") {
  const std::string copy = directory.path() + "/copy.so";
  std::filesystem::copy_file(MOADON_POS_LIBRARY, copy);
  const Library libraries[] = {Library(MOADON_POS_LIBRARY), Library(copy)};
  REQUIRE(libraries[0].call != libraries[1].call);
  std::vector<moadon_pos*> handles;
  for (int i = 0; i < kHandles; ++i) {
    handles.push_back(libraries[i % 2].open_handle(directory.config()));
  }
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const int number = i % kHandles;
      for (int call = 0; call < kCalls; ++call) {
        good += libraries[number % 2].works(handles[number], "Length", "\"שלום\"");
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == kThreads * kCalls);
  for (int i = 0; i < kHandles; ++i) libraries[i % 2].close(handles[i]);
  CHECK(Handle(directory.config()).call("Counts").json["malformed"] == 0);
  for (const Library& library : libraries) dlclose(library.object);
}

TEST_CASE_METHOD(Fixture, "a host that closes all its descriptors while the agent is started") {
  directory.kill_agent();
  const int starts = directory.start_count();
  CHECK(in_child([&] {
          constexpr int kDescriptorsEnd = 256;
          const Handle handle(directory.starting_config());
          for (int i = 0; i < 3; ++i) {
            for (int descriptor = 0; descriptor < kDescriptorsEnd; ++descriptor) {
              ::close(descriptor);
            }
            if (handle.call("Empty").status != MOADON_POS_OK) return 1;
          }
          return 0;
        }) == 0);
  CHECK(directory.start_count() == starts + 1);
}

}  // namespace moadon::abi_test

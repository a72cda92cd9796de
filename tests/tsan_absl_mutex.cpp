// Lets ThreadSanitizer see the locks of a packaged Abseil, which was built without it.
//
// Add this file to a program's sources. Under the sanitizer its definitions take the place of the
// shared library's, tell the sanitizer what they order, and call them. What Abseil touches inside
// (among it the conditions of whoever waits, read while the lock is held) is not looked at.
// Otherwise it is empty.
#if defined(__SANITIZE_THREAD__)
#include <dlfcn.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}

namespace {

#define MOADON_TEXT_OF(name) #name
#define MOADON_TEXT(name) MOADON_TEXT_OF(name)

// The shared library's own definition of absl::<member>, given as it is mangled after the
// namespaces.
template <typename Function>
Function* original(absl::string_view member, absl::string_view qualifier = "") {
  constexpr absl::string_view kNamespace = MOADON_TEXT(ABSL_OPTION_INLINE_NAMESPACE_NAME);
  const std::string name =
      absl::StrCat("_ZN", qualifier, "4absl", kNamespace.size(), kNamespace, member);
  void* found = dlsym(RTLD_NEXT, name.c_str());
  if (found == nullptr) std::abort();
  return reinterpret_cast<Function*>(found);
}

// While it lives, what this thread reads and writes is not looked at.
struct Unseen {
  Unseen() {
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  }
  ~Unseen() {
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  }
};

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  static auto* const next = original<void(Mutex*)>("5Mutex4LockEv");
  {
    Unseen unseen;
    next(this);
  }
  __tsan_acquire(this);
}

void Mutex::Unlock() {
  static auto* const next = original<void(Mutex*)>("5Mutex6UnlockEv");
  __tsan_release(this);
  Unseen unseen;
  next(this);
}

void Mutex::ReaderLock() {
  static auto* const next = original<void(Mutex*)>("5Mutex10ReaderLockEv");
  {
    Unseen unseen;
    next(this);
  }
  __tsan_acquire(this);
}

void Mutex::ReaderUnlock() {
  static auto* const next = original<void(Mutex*)>("5Mutex12ReaderUnlockEv");
  __tsan_release(this);
  Unseen unseen;
  next(this);
}

void Mutex::LockWhen(const Condition& condition) {
  static auto* const next =
      original<void(Mutex*, const Condition&)>("5Mutex8LockWhenERKNS0_9ConditionE");
  {
    Unseen unseen;
    next(this, condition);
  }
  __tsan_acquire(this);
}

void Mutex::Await(const Condition& condition) {
  static auto* const next =
      original<void(Mutex*, const Condition&)>("5Mutex5AwaitERKNS0_9ConditionE");
  __tsan_release(this);
  {
    Unseen unseen;
    next(this, condition);
  }
  __tsan_acquire(this);
}

bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  static auto* const next = original<bool(Mutex*, const Condition&, Duration)>(
      "5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE");
  __tsan_release(this);
  bool met = false;
  {
    Unseen unseen;
    met = next(this, condition, timeout);
  }
  __tsan_acquire(this);
  return met;
}

void Notification::Notify() {
  static auto* const next = original<void(Notification*)>("12Notification6NotifyEv");
  __tsan_release(&notified_yet_);
  Unseen unseen;
  next(this);
}

void Notification::WaitForNotification() const {
  static auto* const next =
      original<void(const Notification*)>("12Notification19WaitForNotificationEv", "K");
  {
    Unseen unseen;
    next(this);
  }
  __tsan_acquire(const_cast<std::atomic<bool>*>(&notified_yet_));
}

ABSL_NAMESPACE_END
}  // namespace absl
#endif

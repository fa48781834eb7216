// One operating system thread: named, joinable, with its own processor time.
#ifndef HASHGAP_NATIVE_THREAD_H_
#define HASHGAP_NATIVE_THREAD_H_

#if defined(_WIN32)
#include <windows.h>
#else
#include <pthread.h>
#endif

namespace hashgap {

// std::thread answers a refused thread with an exception, which this addon is built without, and
// has neither names nor clocks.
class Thread {
 public:
  using Body = void (*)(void* argument);

  Thread() = default;
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  // Returns false when the operating system grants no further thread.
  bool Start(unsigned index, Body body, void* argument);
  // Waits for the body to return. Call it once for every successful Start.
  void Join();
  // Processor time used so far; after Join, in all.
  double CpuSeconds() const;

 private:
  void Run();

#if defined(_WIN32)
  static DWORD WINAPI Main(void* self);
  HANDLE handle_ = nullptr;
#else
  static void* Main(void* self);
  pthread_t handle_{};
#endif
  char name_[16] = "";
  Body body_ = nullptr;
  void* argument_ = nullptr;
  bool running_ = false;
  double finalCpuSeconds_ = 0;
};

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_THREAD_H_

// One operating system thread, on Linux and, untested, on macOS and Windows.
#include "thread.h"

#include <cstdio>
#include <ctime>

#if defined(__APPLE__)
#include <mach/mach.h>
#endif

namespace hashgap {
namespace {

#if defined(_WIN32)
double CpuSecondsOf(HANDLE thread) {
  FILETIME created, exited, kernel, user;
  if (!GetThreadTimes(thread, &created, &exited, &kernel, &user)) return 0;
  const auto ticks = [](FILETIME t) {
    return static_cast<double>(t.dwHighDateTime) * 4294967296.0 + t.dwLowDateTime;
  };
  return (ticks(kernel) + ticks(user)) * 1e-7;
}
#elif defined(__APPLE__)
double CpuSecondsOf(pthread_t thread) {
  thread_basic_info_data_t info;
  mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
  const kern_return_t status = thread_info(pthread_mach_thread_np(thread), THREAD_BASIC_INFO,
                                           reinterpret_cast<thread_info_t>(&info), &count);
  if (status != KERN_SUCCESS) return 0;
  return info.user_time.seconds + info.system_time.seconds +
         (info.user_time.microseconds + info.system_time.microseconds) * 1e-6;
}
#else
double CpuSecondsOf(pthread_t thread) {
  clockid_t clock;
  timespec time;
  if (pthread_getcpuclockid(thread, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}
#endif

}  // namespace

bool Thread::Start(unsigned index, Body body, void* argument) {
  // Linux allows 15 characters.
  std::snprintf(name_, sizeof name_, "hashgap/%u", index);
  body_ = body;
  argument_ = argument;
#if defined(_WIN32)
  handle_ = CreateThread(nullptr, 0, Main, this, 0, nullptr);
  running_ = handle_ != nullptr;
#else
  running_ = pthread_create(&handle_, nullptr, Main, this) == 0;
#endif
  return running_;
}

void Thread::Join() {
#if defined(_WIN32)
  WaitForSingleObject(handle_, INFINITE);
  CloseHandle(handle_);
#else
  pthread_join(handle_, nullptr);
#endif
  running_ = false;
}

double Thread::CpuSeconds() const { return running_ ? CpuSecondsOf(handle_) : finalCpuSeconds_; }

void Thread::Run() {
#if defined(__linux__)
  pthread_setname_np(pthread_self(), name_);
#elif defined(__APPLE__)
  pthread_setname_np(name_);
#endif
  body_(argument_);
#if defined(_WIN32)
  finalCpuSeconds_ = CpuSecondsOf(GetCurrentThread());
#else
  finalCpuSeconds_ = CpuSecondsOf(pthread_self());
#endif
}

#if defined(_WIN32)
DWORD WINAPI Thread::Main(void* self) {
  static_cast<Thread*>(self)->Run();
  return 0;
}
#else
void* Thread::Main(void* self) {
  static_cast<Thread*>(self)->Run();
  return nullptr;
}
#endif

}  // namespace hashgap

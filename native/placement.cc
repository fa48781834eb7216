// CPUs and priorities on Linux and, untested, on macOS and Windows.
#include "placement.h"

#if defined(__linux__)
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#elif defined(__APPLE__)
#include <pthread/qos.h>
#elif defined(_WIN32)
#include <windows.h>
#endif

namespace hashgap {

Cpus ShareOf(const Cpus& allowed, uint32_t index, uint32_t threads) {
  Cpus share;
  if (threads > allowed.size()) return share;
  // Every so many-th: where the second hardware threads of all cores come after the first ones, as
  // is usual, half as many threads as CPUs get a core each.
  for (size_t i = index; i < allowed.size(); i += threads) share.push_back(allowed[i]);
  return share;
}

#if defined(__linux__)

// A machine of more than 1,024 CPUs refuses this, and its threads are not pinned.
Cpus AllowedCpus() {
  Cpus cpus;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
  for (uint32_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

void RunOn(const Cpus& cpus) {
  if (cpus.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const uint32_t cpu : cpus) CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
}

// On Linux a nice value belongs to a thread, whatever POSIX says. One that is higher already stays.
// With both CPUs of a shared machine hashing (Linux 6.18), a timer of the event loop was late by up
// to 86 ms at nice 0 and by less than 5 at nice 10. The time from a found block to its submission
// showed no clear change: three paired runs had medians of 0.83, 0.57 and 0.80 ms at nice 0, and of
// 0.54, 0.64 and 1.02 at nice 10. SCHED_IDLE did little better, and beside any other program on all
// CPUs it leaves 0.3% of them instead of 10%, so that a new job would wait long for its threads.
void LowerPriority() {
  constexpr int kNice = 10;
  const auto thread = static_cast<id_t>(syscall(SYS_gettid));
  errno = 0;
  const int now = getpriority(PRIO_PROCESS, thread);
  if (errno == 0) setpriority(PRIO_PROCESS, thread, std::max(now, kNice));
}

#elif defined(__APPLE__)

// Apple's systems offer no pinning.
Cpus AllowedCpus() { return {}; }
void RunOn(const Cpus&) {}
void LowerPriority() { pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0); }

#elif defined(_WIN32)

// Of the process's own processor group, which has at most 64.
Cpus AllowedCpus() {
  Cpus cpus;
  DWORD_PTR process, system;
  if (!GetProcessAffinityMask(GetCurrentProcess(), &process, &system)) return cpus;
  for (uint32_t cpu = 0; cpu < 8 * sizeof process; ++cpu) {
    if ((process >> cpu & 1) != 0) cpus.push_back(cpu);
  }
  return cpus;
}

void RunOn(const Cpus& cpus) {
  DWORD_PTR mask = 0;
  for (const uint32_t cpu : cpus) mask |= DWORD_PTR{1} << cpu;
  if (mask != 0) SetThreadAffinityMask(GetCurrentThread(), mask);
}

void LowerPriority() { SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_BELOW_NORMAL); }

#else

Cpus AllowedCpus() { return {}; }
void RunOn(const Cpus&) {}
void LowerPriority() {}

#endif

}  // namespace hashgap

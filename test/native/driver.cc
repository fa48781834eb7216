// The native engine without Node: what the standalone tests build with sanitizers or for another
// CPU.
//   driver throughput          memory and arithmetic, measured for a moment; silent if all is well
//   driver kernels             the kernels, one to a line: name, lanes, and 1 if this CPU has all
//   it needs driver scan KERNEL         one scan to each line of input, one result to each line of
//   output driver exercise KERNEL     threads that start, cancel and close against each other;
//   silent if all is well
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "../../native/arithmetic.h"
#include "../../native/cpu_features.h"
#include "../../native/dispatch.h"
#include "../../native/pool.h"
#include "../../native/scan.h"
#include "../../native/triad.h"

namespace hashgap {
namespace {

int Fail(const char* what) {
  std::fprintf(stderr, "driver: %s\n", what);
  return 1;
}

int ListKernels() {
  const uint32_t features = DetectCpu().features;
  for (const Kernel& kernel : Kernels()) {
    std::printf("%s %u %d\n", kernel.name, kernel.lanes, Supports(features, kernel));
  }
  return 0;
}

bool ReadWords(uint32_t* words, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (std::scanf("%u", &words[i]) != 1) return false;
  }
  return true;
}

// Input: nonceStart, nonceCount, hits it may report at a time, midstateCount, tail, target,
// midstates, all decimal. Output: how many nonces were searched, then nonce/version of each hit.
int Scans(const Kernel& kernel) {
  unsigned long long start, count;
  uint32_t spare;
  while (std::scanf("%llu %llu %u", &start, &count, &spare) == 3) {
    const auto scan = std::make_unique<Scan>();
    if (!ReadWords(&scan->work.midstateCount, 1) || scan->work.midstateCount > kMaxMidstates ||
        !ReadWords(scan->work.tail, 3) || !ReadWords(scan->work.target, 8) ||
        !ReadWords(scan->midstates[0], size_t{8} * scan->work.midstateCount)) {
      return Fail("expected a whole scan on each line");
    }
    scan->hits.resize(size_t{kernel.lanes} * scan->work.midstateCount + spare);
    std::vector<Hit> found;
    const uint64_t end = start + count;
    for (uint64_t next = start; next < end; next += scan->noncesScanned) {
      scan->nonceStart = static_cast<uint32_t>(next);
      scan->nonceCount = end - next;
      scan->noncesScanned = 0;
      scan->hitCount = 0;
      RunScan(kernel, *scan, StopAt::kFullBuffer);
      if (scan->noncesScanned == 0) return Fail("a scan made no progress");
      found.insert(found.end(), scan->hits.begin(), scan->hits.begin() + scan->hitCount);
    }
    std::printf("%llu", count);
    for (const Hit& hit : found) std::printf(" %u/%u", hit.nonce, hit.versionIndex);
    std::printf("\n");
  }
  return 0;
}

constexpr uint32_t kThreads = 4;
constexpr uint32_t kScans = 40;  // from each submitting thread
constexpr uint32_t kRounds = 6;

std::unique_ptr<Scan> MakeScan(const Kernel& kernel, uint32_t id) {
  auto scan = std::make_unique<Scan>();
  scan->id = id;
  for (auto& midstate : scan->midstates) midstate[0] = id;
  scan->work.midstateCount = 1 + id % 3;
  scan->work.target[0] = id % 2 == 0 ? 0 : 0x00ffffff;
  scan->nonceStart = id;
  scan->nonceCount = id % 5 == 0 ? uint64_t{1} << 31 : 500;  // every fifth never ends by itself
  scan->hits.resize(size_t{kernel.lanes} * scan->work.midstateCount + 64);
  return scan;
}

// How often each scan was done, by its id.
using DoneCounts = std::vector<std::atomic<uint32_t>>;

void SubmitAndCancel(Pool& pool, std::vector<std::unique_ptr<Scan>>& scans, uint32_t firstId,
                     bool cancelAll) {
  for (uint32_t i = 0; i < kScans; ++i) {
    scans.push_back(MakeScan(pool.kernel(), firstId + i));
    pool.Submit(scans.back().get());
    // An earlier one, which may be waiting, running or over.
    if (i % 2 == 1) pool.Cancel(scans[i / 2].get());
  }
  if (!cancelAll) return;
  for (const auto& scan : scans) pool.Cancel(scan.get());
}

// A pool whose scans are submitted and cancelled by several threads while it is at work, and closed
// by two. Returns whether every scan was done exactly once.
bool ExerciseOnce(const Kernel& kernel, bool cancelAll) {
  DoneCounts done(kThreads * kScans);
  const auto count = [](void* context, Scan* scan) {
    ++(*static_cast<DoneCounts*>(context))[scan->id];
  };
  std::vector<std::vector<std::unique_ptr<Scan>>> scans(kThreads);
  Pool pool(kernel, {}, count, &done);
  if (!pool.Start(kThreads)) return false;
  std::vector<std::thread> submitters;
  for (uint32_t t = 0; t < kThreads; ++t) {
    submitters.emplace_back([&, t] { SubmitAndCancel(pool, scans[t], t * kScans, cancelAll); });
  }
  for (std::thread& thread : submitters) thread.join();
  std::thread other([&] { pool.Close(); });
  pool.Close();
  other.join();
  return pool.CpuSeconds() >= 0 &&
         std::all_of(done.begin(), done.end(), [](const auto& times) { return times == 1; });
}

int Exercise(const Kernel& kernel) {
  for (uint32_t round = 0; round < kRounds; ++round) {
    if (!ExerciseOnce(kernel, round % 2 == 0))
      return Fail("expected every scan to be done exactly once");
  }
  return 0;
}

// Prints what failed: the triad with slices of every size, every loop of this CPU, and both when
// they are cancelled at once.
int Throughputs() {
  constexpr size_t kBytes = 1 << 20;
  const auto check = [](const char* name, const Throughput& result) {
    const bool positive = std::all_of(result.perSecond.begin(), result.perSecond.end(),
                                      [](double rate) { return rate > 0; });
    if (result.failure != Throughput::Failure::kNone || result.perSecond.empty() || !positive)
      std::printf("%s failed\n", name);
  };
  for (uint32_t threads = 1; threads <= 3; ++threads) {
    for (const size_t bytes : {size_t{1}, size_t{3 * 64}, kBytes + 7 * 64}) {
      const ThroughputRequest request{.threads = threads, .seconds = 1e-4, .bytes = bytes};
      check("triad", MeasureTriad(request));
    }
  }
  const uint32_t features = DetectCpu().features;
  for (const Loop& loop : Loops()) {
    if ((loop.needs & ~features) != 0) continue;
    const ThroughputRequest request{.threads = 2, .seconds = 1e-4};
    check(loop.name, MeasureArithmetic(loop, request));
    ThroughputRequest cancelled{.threads = 2, .seconds = 10};
    cancelled.cancelled = true;
    if (!MeasureArithmetic(loop, cancelled).perSecond.empty())
      std::printf("%s not cancelled\n", loop.name);
  }
  ThroughputRequest cancelled{.threads = 2, .seconds = 10, .bytes = kBytes};
  cancelled.cancelled = true;
  if (!MeasureTriad(cancelled).perSecond.empty()) std::printf("triad not cancelled\n");
  return 0;
}

int Main(int count, char** arguments) {
  const std::string_view command = count > 1 ? arguments[1] : "";
  if (command == "kernels") return ListKernels();
  if (command == "throughput") return Throughputs();
  const Kernel* kernel = count > 2 ? FindKernel(arguments[2]) : nullptr;
  if (kernel == nullptr) return Fail("expected the name of a kernel");
  if (command == "scan") return Scans(*kernel);
  if (command == "exercise") return Exercise(*kernel);
  return Fail("expected kernels, throughput, scan or exercise");
}

}  // namespace
}  // namespace hashgap

int main(int count, char** arguments) { return hashgap::Main(count, arguments); }

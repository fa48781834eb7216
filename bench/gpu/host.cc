// Runs cubins on an NVIDIA GPU as told on stdin, one command a line, and answers each with one line
// of JSON; host.mjs speaks to it.
//
// The driver is loaded at run time and declared here as far as it is needed, so that any C++
// compiler builds this without CUDA's headers.
#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using u32 = uint32_t;
using DevicePointer = unsigned long long;

namespace driver {

using Handle = void*;
int (*init)(unsigned);
int (*driverVersion)(int*);
int (*deviceGet)(int*, int);
int (*deviceName)(char*, int, int);
int (*deviceAttribute)(int*, int, int);
int (*retainContext)(Handle*, int);
int (*setContext)(Handle);
int (*synchronize)();
int (*moduleLoad)(Handle*, const char*);
int (*moduleUnload)(Handle);
int (*moduleFunction)(Handle*, Handle, const char*);
int (*functionAttribute)(int*, int, Handle);
int (*blocksPerMultiprocessor)(int*, Handle, int, size_t);
int (*allocate)(DevicePointer*, size_t);
int (*release)(DevicePointer);
int (*copyToHost)(void*, DevicePointer, size_t);
int (*fill)(DevicePointer, u32, size_t);
int (*launch)(Handle, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, Handle,
              void**, void**);
int (*eventCreate)(Handle*, unsigned);
int (*eventRecord)(Handle, Handle);
int (*eventSynchronize)(Handle);
int (*eventMs)(float*, Handle, Handle);

// cuda.h: CUdevice_attribute and CUfunction_attribute.
constexpr int kMultiprocessors = 16, kClockRate = 13, kMajor = 75, kMinor = 76, kLocalBytes = 3,
              kRegisters = 4;

}  // namespace driver

[[noreturn]] static void fail(const std::string& what) {
  std::printf("{\"error\":\"%s\"}\n", what.c_str());
  std::fflush(stdout);
  std::exit(1);
}

static void check(int code, const char* call) {
  if (code != 0) fail(std::string(call) + " returned " + std::to_string(code));
}

template <typename F>
static void bind(void* library, F& function, const char* name) {
  function = reinterpret_cast<F>(dlsym(library, name));
  if (function == nullptr) fail(std::string("the driver has no ") + name);
}

static void loadDriver() {
  void* library = dlopen("libcuda.so.1", RTLD_NOW);
  if (library == nullptr) library = dlopen("/usr/local/nvidia/lib64/libcuda.so.1", RTLD_NOW);
  if (library == nullptr) fail("there is no libcuda.so.1: no NVIDIA driver");
  bind(library, driver::init, "cuInit");
  bind(library, driver::driverVersion, "cuDriverGetVersion");
  bind(library, driver::deviceGet, "cuDeviceGet");
  bind(library, driver::deviceName, "cuDeviceGetName");
  bind(library, driver::deviceAttribute, "cuDeviceGetAttribute");
  bind(library, driver::retainContext, "cuDevicePrimaryCtxRetain");
  bind(library, driver::setContext, "cuCtxSetCurrent");
  bind(library, driver::synchronize, "cuCtxSynchronize");
  bind(library, driver::moduleLoad, "cuModuleLoad");
  bind(library, driver::moduleUnload, "cuModuleUnload");
  bind(library, driver::moduleFunction, "cuModuleGetFunction");
  bind(library, driver::functionAttribute, "cuFuncGetAttribute");
  bind(library, driver::blocksPerMultiprocessor, "cuOccupancyMaxActiveBlocksPerMultiprocessor");
  bind(library, driver::allocate, "cuMemAlloc_v2");
  bind(library, driver::release, "cuMemFree_v2");
  bind(library, driver::copyToHost, "cuMemcpyDtoH_v2");
  bind(library, driver::fill, "cuMemsetD32_v2");
  bind(library, driver::launch, "cuLaunchKernel");
  bind(library, driver::eventCreate, "cuEventCreate");
  bind(library, driver::eventRecord, "cuEventRecord");
  bind(library, driver::eventSynchronize, "cuEventSynchronize");
  bind(library, driver::eventMs, "cuEventElapsedTime");
}

// As emit-cuda.ts declares it.
struct Dispatch {
  u32 first, count, mask, one;
  u32 rotates[12];
};

constexpr u32 kHitWords = 128, kHitCapacity = 63;

struct Gpu {
  int device = 0, multiprocessors = 0;
  driver::Handle context = nullptr, module = nullptr, began = nullptr, ended = nullptr;
  DevicePointer hits = 0;
};

// A kernel of emit-cuda.ts and what it is launched with.
struct Scan {
  driver::Handle function = nullptr;
  u32 block = 0, noncesPerThread = 0, midstates = 0;
  std::vector<u32> job;
};

static int attribute(const Gpu& gpu, int which) {
  int value = 0;
  check(driver::deviceAttribute(&value, which, gpu.device), "cuDeviceGetAttribute");
  return value;
}

static Gpu openGpu() {
  Gpu gpu;
  loadDriver();
  check(driver::init(0), "cuInit");
  check(driver::deviceGet(&gpu.device, 0), "cuDeviceGet");
  check(driver::retainContext(&gpu.context, gpu.device), "cuDevicePrimaryCtxRetain");
  check(driver::setContext(gpu.context), "cuCtxSetCurrent");
  check(driver::eventCreate(&gpu.began, 0), "cuEventCreate");
  check(driver::eventCreate(&gpu.ended, 0), "cuEventCreate");
  check(driver::allocate(&gpu.hits, 4 * kHitWords), "cuMemAlloc");
  gpu.multiprocessors = attribute(gpu, driver::kMultiprocessors);
  return gpu;
}

static void info(const Gpu& gpu) {
  char name[128] = "";
  int version = 0;
  check(driver::deviceName(name, sizeof name, gpu.device), "cuDeviceGetName");
  check(driver::driverVersion(&version), "cuDriverGetVersion");
  std::printf(
      "{\"name\":\"%s\",\"multiprocessors\":%d,\"clockMHz\":%d,\"computeCapability\":\"%d.%d\","
      "\"cuda\":%d}\n",
      name, gpu.multiprocessors, attribute(gpu, driver::kClockRate) / 1000,
      attribute(gpu, driver::kMajor), attribute(gpu, driver::kMinor), version);
}

static driver::Handle functionOf(const Gpu& gpu, std::istringstream& in) {
  std::string name;
  in >> name;
  driver::Handle function = nullptr;
  check(driver::moduleFunction(&function, gpu.module, name.c_str()), "cuModuleGetFunction");
  return function;
}

static void load(Gpu& gpu, std::istringstream& in) {
  std::string path;
  std::getline(in >> std::ws, path);
  if (gpu.module != nullptr) check(driver::moduleUnload(gpu.module), "cuModuleUnload");
  gpu.module = nullptr;
  check(driver::moduleLoad(&gpu.module, path.c_str()), "cuModuleLoad");
  std::puts("{}");
}

static void about(const Gpu& gpu, std::istringstream& in) {
  const driver::Handle function = functionOf(gpu, in);
  int block = 0, registers = 0, local = 0, blocks = 0;
  in >> block;
  check(driver::functionAttribute(&registers, driver::kRegisters, function), "cuFuncGetAttribute");
  check(driver::functionAttribute(&local, driver::kLocalBytes, function), "cuFuncGetAttribute");
  check(driver::blocksPerMultiprocessor(&blocks, function, block, 0),
        "cuOccupancyMaxActiveBlocksPerMultiprocessor");
  std::printf("{\"registers\":%d,\"localBytes\":%d,\"blocksPerMultiprocessor\":%d}\n", registers,
              local, blocks);
}

// FUNCTION BLOCK NONCES_PER_THREAD MIDSTATES WORDS WORD...
static Scan scanOf(const Gpu& gpu, std::istringstream& in) {
  Scan scan;
  scan.function = functionOf(gpu, in);
  u32 words = 0;
  in >> scan.block >> scan.noncesPerThread >> scan.midstates >> words;
  scan.job.resize(words);
  for (u32& word : scan.job) in >> word;
  if (!in) fail("a kernel's words are missing");
  return scan;
}

static void launchScan(Gpu& gpu, Scan& scan, u32 first, u32 count, u32 mask) {
  Dispatch dispatch = {first, count, mask, 1, {2, 13, 22, 6, 11, 25, 7, 18, 17, 19, 0, 0}};
  void* arguments[] = {scan.job.data(), &dispatch, &gpu.hits};
  const uint64_t perBlock = uint64_t{scan.block} * scan.noncesPerThread;
  const unsigned blocks = static_cast<unsigned>((count + perBlock - 1) / perBlock);
  check(
      driver::launch(scan.function, blocks, 1, 1, scan.block, 1, 1, 0, nullptr, arguments, nullptr),
      "cuLaunchKernel");
}

// scan FIRST COUNT MASK and a kernel.
static void runScan(Gpu& gpu, std::istringstream& in) {
  u32 first = 0, count = 0, mask = 0;
  in >> first >> count >> mask;
  Scan scan = scanOf(gpu, in);
  u32 hits[kHitWords] = {};
  check(driver::fill(gpu.hits, 0, kHitWords), "cuMemsetD32");
  launchScan(gpu, scan, first, count, mask);
  check(driver::synchronize(), "cuCtxSynchronize");
  check(driver::copyToHost(hits, gpu.hits, sizeof hits), "cuMemcpyDtoH");
  std::printf("{\"count\":%u,\"hits\":[", hits[0]);
  for (u32 i = 0; i < std::min(hits[0], kHitCapacity); i++)
    std::printf("%s[%u,%u]", i == 0 ? "" : ",", hits[2 + 2 * i], hits[3 + 2 * i]);
  std::puts("]}");
}

// Milliseconds of `launches` launches one behind the other; each searches the nonces after those of
// the one before.
static double timeLaunches(Gpu& gpu, Scan& scan, u32& first, u32 count, u32 launches) {
  check(driver::eventRecord(gpu.began, nullptr), "cuEventRecord");
  for (u32 i = 0; i < launches; i++, first += count)
    launchScan(gpu, scan, first, count, 0xffffffffu);
  check(driver::eventRecord(gpu.ended, nullptr), "cuEventRecord");
  check(driver::eventSynchronize(gpu.ended), "cuEventSynchronize");
  float ms = 0;
  check(driver::eventMs(&ms, gpu.began, gpu.ended), "cuEventElapsedTime");
  return ms;
}

// time WARM_UP_MS RUN_MS RUNS and a kernel. A launch is made long enough that the pauses between
// launches do not count.
static void runTime(Gpu& gpu, std::istringstream& in) {
  double warmUpMs = 0, runMs = 0;
  u32 runs = 0;
  in >> warmUpMs >> runMs >> runs;
  Scan scan = scanOf(gpu, in);
  u32 first = 0, count = 1u << 14;
  double launchMs = timeLaunches(gpu, scan, first, count, 1);
  while (launchMs < std::min(25.0, runMs / 2) && count < 1u << 30) {
    count *= 2;
    launchMs = timeLaunches(gpu, scan, first, count, 1);
  }
  for (double ms = 0; ms < warmUpMs;) ms += timeLaunches(gpu, scan, first, count, 4);
  std::printf("{\"nonces\":%u,\"runs\":[", count);
  for (u32 run = 0; run < runs; run++) {
    double ms = 0;
    uint64_t nonces = 0;
    while (ms < runMs) {
      const u32 launches = static_cast<u32>(std::max(1.0, std::ceil((runMs - ms) / launchMs)));
      ms += timeLaunches(gpu, scan, first, count, launches);
      nonces += uint64_t{count} * launches;
    }
    std::printf("%s{\"hashes\":%.0f,\"ms\":%.4f}", run == 0 ? "" : ",",
                double(nonces) * scan.midstates, ms);
  }
  std::puts("]}");
}

// As pipes.mjs declares it.
struct PipeArguments {
  u32 seed, one, loops;
};

// pipe FUNCTION BLOCK LOOPS RUNS: as many blocks as run at once, and the cycles each of them took
// by its multiprocessor's clock.
static void runPipe(Gpu& gpu, std::istringstream& in) {
  const driver::Handle function = functionOf(gpu, in);
  int block = 0, runs = 0, resident = 0;
  PipeArguments arguments = {12345, 1, 0};
  in >> block >> arguments.loops >> runs;
  check(driver::blocksPerMultiprocessor(&resident, function, block, 0),
        "cuOccupancyMaxActiveBlocksPerMultiprocessor");
  const unsigned blocks = static_cast<unsigned>(gpu.multiprocessors * resident);
  std::vector<long long> cycles(blocks);
  DevicePointer out = 0, clocks = 0;
  check(driver::allocate(&out, size_t{4} * blocks * block), "cuMemAlloc");
  check(driver::allocate(&clocks, 8 * cycles.size()), "cuMemAlloc");
  void* pointers[] = {&arguments, &out, &clocks};
  std::printf("{\"blocksPerMultiprocessor\":%d,\"runs\":[", resident);
  for (int run = 0; run < runs; run++) {
    check(driver::eventRecord(gpu.began, nullptr), "cuEventRecord");
    check(driver::launch(function, blocks, 1, 1, block, 1, 1, 0, nullptr, pointers, nullptr),
          "cuLaunchKernel");
    check(driver::eventRecord(gpu.ended, nullptr), "cuEventRecord");
    check(driver::eventSynchronize(gpu.ended), "cuEventSynchronize");
    float ms = 0;
    check(driver::eventMs(&ms, gpu.began, gpu.ended), "cuEventElapsedTime");
    check(driver::copyToHost(cycles.data(), clocks, 8 * cycles.size()), "cuMemcpyDtoH");
    std::sort(cycles.begin(), cycles.end());
    std::printf("%s{\"ms\":%.4f,\"cycles\":%lld,\"mostCycles\":%lld}", run == 0 ? "" : ",", ms,
                cycles[blocks / 2], cycles.back());
  }
  std::puts("]}");
  check(driver::release(out), "cuMemFree");
  check(driver::release(clocks), "cuMemFree");
}

int main() {
  Gpu gpu = openGpu();
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream in(line);
    std::string command;
    in >> command;
    if (command == "info")
      info(gpu);
    else if (command == "load")
      load(gpu, in);
    else if (command == "about")
      about(gpu, in);
    else if (command == "scan")
      runScan(gpu, in);
    else if (command == "time")
      runTime(gpu, in);
    else if (command == "pipe")
      runPipe(gpu, in);
    else
      fail("unknown command " + command);
    std::fflush(stdout);
  }
}

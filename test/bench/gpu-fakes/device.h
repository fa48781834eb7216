// What CUDA's device code needs to run on the host, one thread behind the other: the tests'
// stand-in for a GPU.
#pragma once
#define __CUDACC__
#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(threads)

#include <chrono>

struct Index {
  unsigned x, y, z;
};
static Index blockIdx, threadIdx, blockDim;

static inline unsigned __byte_perm(unsigned x, unsigned y, unsigned selector) {
  const unsigned long long both = (static_cast<unsigned long long>(y) << 32) | x;
  unsigned result = 0;
  for (int i = 0; i < 4; i++) {
    const unsigned byte = (both >> (8 * ((selector >> (4 * i)) & 7))) & 0xff;
    result |= byte << (8 * i);
  }
  return result;
}

static inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned amount) {
  const unsigned long long both = (static_cast<unsigned long long>(high) << 32) | low;
  return static_cast<unsigned>(both >> (amount & 31));
}

static inline unsigned __umulhi(unsigned x, unsigned y) {
  return static_cast<unsigned>((static_cast<unsigned long long>(x) * y) >> 32);
}

static inline unsigned atomicAdd(unsigned* address, unsigned value) {
  const unsigned before = *address;
  *address += value;
  return before;
}

static inline void __syncthreads() {}

static inline long long clock64() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

// How the fake driver calls a kernel: every thread of every block, arguments by pointers as for
// cuLaunchKernel.
template <typename Kernel>
static void runGrid(unsigned blocks, unsigned threads, const Kernel& kernel) {
  blockDim = {threads, 1, 1};
  for (blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++)
    for (threadIdx.x = 0; threadIdx.x < threads; threadIdx.x++) kernel();
}

// The table of kernels this build contains: a new one is its file, its declaration in kernel.h and
// a line here.
#include "dispatch.h"

#include "cpu_features.h"

namespace hashgap {
namespace {

constexpr Kernel kKernels[] = {
#if defined(__x86_64__) || defined(_M_X64)
    {"avx512", kAvx512f | kAvx512bw | kAvx512vl, 48, 16, ScanAvx512},
    {"sha-ni", kShaNi | kSse41 | kSsse3, 4, 4, ScanShani},
    {"avx2", kAvx2, 24, 16, ScanAvx2},
    {"sse4.1", kSse41 | kSsse3, 12, 16, ScanSse41},
#endif
#if defined(__aarch64__) || defined(_M_ARM64)
    {"armv8-sha2", kArmSha2, 4, 4, ScanArmv8},
    {"neon", kNeon, 8, 16, ScanNeon},
#endif
    {"scalar", 0, 1, 16, ScanScalar},
};

}  // namespace

std::span<const Kernel> Kernels() { return kKernels; }

const Kernel* FindKernel(std::string_view name) {
  for (const Kernel& kernel : kKernels) {
    if (name == kernel.name) return &kernel;
  }
  return nullptr;
}

}  // namespace hashgap

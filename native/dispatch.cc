// The table of kernels this build contains: a new one is its file and a line here.
#include "dispatch.h"

#include "cpu_features.h"

namespace hashgap {
namespace {

constexpr Kernel kKernels[] = {
#if defined(__x86_64__) || defined(_M_X64)
    {"sha-ni", kShaNi | kSse41 | kSsse3, 4, ScanShani},
#endif
    {"scalar", 0, 1, ScanScalar},
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

// The table of kernels this build contains.
#ifndef HASHGAP_NATIVE_DISPATCH_H_
#define HASHGAP_NATIVE_DISPATCH_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "kernel.h"

namespace hashgap {

// In order of preference; the last one runs anywhere.
std::span<const Kernel> Kernels();

// nullptr when there is no kernel of that name.
const Kernel* FindKernel(std::string_view name);

constexpr bool Supports(uint32_t features, const Kernel& kernel) {
  return (kernel.needs & ~features) == 0;
}

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_DISPATCH_H_

// The contract of a loop that does nothing but multiply and add, free of any instruction set.
#ifndef HASHGAP_NATIVE_ARITHMETIC_LOOP_H_
#define HASHGAP_NATIVE_ARITHMETIC_LOOP_H_

#include <cstdint>

namespace hashgap {

enum class Operand {
  kFp32,   // x = x * factor + addend
  kInt32,  // the same, modulo 2^32
  kInt8,   // x = x + 4 products of a byte `factor` and a signed byte `addend`, x having 32 bits
};

// Does this `rounds` times to every one of `lanes` (as many as its Loop says), which it holds in
// registers meanwhile. Each begins with another value, so that no compiler takes two for one.
using LoopFn = void(uint32_t rounds, uint32_t factor, uint32_t addend, uint32_t* lanes);

struct Loop {
  const char* name;
  Operand operand;
  // CpuFeature bits.
  uint32_t needs;
  // 32-bit words; at most kMostLanes.
  uint32_t lanes;
  LoopFn* run;
};

constexpr uint32_t kMostLanes = 256;

// Registers in flight: a multiply-add takes 4 cycles or so and two or more begin in each, and a
// 32-bit multiplication of vectors takes 10.
constexpr uint32_t kRegisters16 = 12;  // where there are 16
constexpr uint32_t kRegisters32 = 16;  // where there are 32

LoopFn LoopFp32, LoopInt32;
LoopFn LoopFp32Fma, LoopInt32Avx2, LoopInt8Avx2;
LoopFn LoopFp32Avx512, LoopInt32Avx512;
LoopFn LoopInt8Vnni;

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_ARITHMETIC_LOOP_H_

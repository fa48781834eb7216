// Multiply-add loops for any CPU: vectors of 16 bytes, as SSE2 and NEON have them, where the
// compiler knows vectors.
#include <cstring>

#include "arithmetic_loop.h"

namespace hashgap {
namespace {

constexpr uint32_t kWords = 4;

#if defined(__GNUC__)
using Floats = float __attribute__((vector_size(16)));
using Words = uint32_t __attribute__((vector_size(16)));
#else
template <class T>
struct Four {
  T words[kWords];
  friend Four operator*(Four x, const Four& y) {
    for (uint32_t i = 0; i < kWords; ++i) x.words[i] *= y.words[i];
    return x;
  }
  friend Four operator+(Four x, const Four& y) {
    for (uint32_t i = 0; i < kWords; ++i) x.words[i] += y.words[i];
    return x;
  }
};
using Floats = Four<float>;
using Words = Four<uint32_t>;
#endif

template <class Vector>
void MultiplyAdd(uint32_t rounds, uint32_t factor, uint32_t addend, uint32_t* lanes) {
  const uint32_t factors[kWords] = {factor, factor, factor, factor};
  const uint32_t addends[kWords] = {addend, addend, addend, addend};
  Vector m, a, x[kRegisters16];
  std::memcpy(&m, factors, sizeof m);
  std::memcpy(&a, addends, sizeof a);
  std::memcpy(x, lanes, sizeof x);
  for (uint32_t round = 0; round < rounds; ++round) {
    for (uint32_t i = 0; i < kRegisters16; ++i) x[i] = x[i] * m + a;
  }
  std::memcpy(lanes, x, sizeof x);
}

}  // namespace

void LoopFp32(uint32_t rounds, uint32_t factor, uint32_t addend, uint32_t* lanes) {
  MultiplyAdd<Floats>(rounds, factor, addend, lanes);
}

void LoopInt32(uint32_t rounds, uint32_t factor, uint32_t addend, uint32_t* lanes) {
  MultiplyAdd<Words>(rounds, factor, addend, lanes);
}

}  // namespace hashgap

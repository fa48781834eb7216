// Multiply-add loops for AVX-512: 16 words in a register.
#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 takes its own undefined vectors for a mistake of ours (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include "arithmetic_loop.h"

namespace hashgap {
namespace {

constexpr uint32_t kWords = 16;

}  // namespace

void LoopFp32Avx512(uint32_t rounds, uint32_t factor, uint32_t addend, uint32_t* lanes) {
  const __m512 m = _mm512_castsi512_ps(_mm512_set1_epi32(static_cast<int>(factor)));
  const __m512 a = _mm512_castsi512_ps(_mm512_set1_epi32(static_cast<int>(addend)));
  __m512 x[kRegisters32];
  for (uint32_t i = 0; i < kRegisters32; ++i)
    x[i] = _mm512_castsi512_ps(_mm512_loadu_si512(lanes + kWords * i));
  for (uint32_t round = 0; round < rounds; ++round) {
    for (uint32_t i = 0; i < kRegisters32; ++i) x[i] = _mm512_fmadd_ps(x[i], m, a);
  }
  for (uint32_t i = 0; i < kRegisters32; ++i)
    _mm512_storeu_si512(lanes + kWords * i, _mm512_castps_si512(x[i]));
}

void LoopInt32Avx512(uint32_t rounds, uint32_t factor, uint32_t addend, uint32_t* lanes) {
  const __m512i m = _mm512_set1_epi32(static_cast<int>(factor));
  const __m512i a = _mm512_set1_epi32(static_cast<int>(addend));
  __m512i x[kRegisters32];
  for (uint32_t i = 0; i < kRegisters32; ++i) x[i] = _mm512_loadu_si512(lanes + kWords * i);
  for (uint32_t round = 0; round < rounds; ++round) {
    for (uint32_t i = 0; i < kRegisters32; ++i)
      x[i] = _mm512_add_epi32(_mm512_mullo_epi32(x[i], m), a);
  }
  for (uint32_t i = 0; i < kRegisters32; ++i) _mm512_storeu_si512(lanes + kWords * i, x[i]);
}

}  // namespace hashgap

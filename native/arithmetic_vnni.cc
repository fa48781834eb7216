// The byte loop for AVX-512 VNNI: four products of bytes added to each of 16 words at once.
#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 takes its own undefined vectors for a mistake of ours (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include "arithmetic_loop.h"

namespace hashgap {

void LoopInt8Vnni(uint32_t rounds, uint32_t factor, uint32_t addend, uint32_t* lanes) {
  constexpr uint32_t kWords = 16;
  const __m512i m = _mm512_set1_epi8(static_cast<char>(factor));
  const __m512i a = _mm512_set1_epi8(static_cast<char>(addend));
  __m512i x[kRegisters32];
  for (uint32_t i = 0; i < kRegisters32; ++i) x[i] = _mm512_loadu_si512(lanes + kWords * i);
  for (uint32_t round = 0; round < rounds; ++round) {
    for (uint32_t i = 0; i < kRegisters32; ++i) x[i] = _mm512_dpbusd_epi32(x[i], m, a);
  }
  for (uint32_t i = 0; i < kRegisters32; ++i) _mm512_storeu_si512(lanes + kWords * i, x[i]);
}

}  // namespace hashgap

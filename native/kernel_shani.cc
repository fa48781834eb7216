// The x86 SHA extensions kernel: four nonces at a time, as four independent chains of rounds.
#include <immintrin.h>

#include "header_schedule.h"
#include "kernel.h"
#include "scan_batches.h"

namespace hashgap {
namespace {

// Four consecutive words of a message or a state, the first one lowest.
using Quad = __m128i;

// sha256rnds2 answers after 4 cycles and, on Zen 5, starts another every 2: one chain leaves it
// idle half of the time, two just fill it, four also cover the schedule in between (measured: 131
// cycles a hash where 61 of these instructions need 122).
constexpr int kChains = 4;

struct ShaState {
  Quad abef;  // words f, e, b, a, lowest first: the order sha256rnds2 wants
  Quad cdgh;  // words h, g, d, c
};

HASHGAP_INLINE Quad LoadQuad(const uint32_t* words) {
  return _mm_loadu_si128(reinterpret_cast<const Quad*>(words));
}

HASHGAP_INLINE Quad Broadcast(uint32_t word) { return _mm_set1_epi32(static_cast<int>(word)); }

HASHGAP_INLINE ShaState Pack(const uint32_t (&s)[8]) {
  const uint32_t words[8] = {s[5], s[4], s[1], s[0], s[7], s[6], s[3], s[2]};
  return {LoadQuad(words), LoadQuad(words + 4)};
}

// Words 0..3 and 4..7 of a digest, in the order of a message.
HASHGAP_INLINE void Unpack(const ShaState& s, Quad& abcd, Quad& efgh) {
  abcd = _mm_shuffle_epi32(_mm_unpackhi_epi64(s.abef, s.cdgh), 0xb1);
  efgh = _mm_shuffle_epi32(_mm_unpacklo_epi64(s.abef, s.cdgh), 0xb1);
}

// Two rounds of FIPS 180-4 section 6.2.2 step 3, with K + W in the two lower words of `kw`.
HASHGAP_INLINE void TwoRounds(ShaState& s, Quad kw) {
  const Quad abef = _mm_sha256rnds2_epu32(s.cdgh, s.abef, kw);
  s.cdgh = s.abef;
  s.abef = abef;
}

HASHGAP_INLINE Quad UpperHalf(Quad kw) { return _mm_shuffle_epi32(kw, 0x0e); }

// K + W of quad q, the rounds 4 * q to 4 * q + 3.
HASHGAP_INLINE Quad AddConstants(Quad w, int q) {
  return _mm_add_epi32(w, LoadQuad(kRoundConstants + 4 * q));
}

// W[t-7..t-4] from W[t-8..t-5] and W[t-4..t-1].
HASHGAP_INLINE Quad SevenBack(Quad older, Quad newer) { return _mm_alignr_epi8(newer, older, 4); }

// W[t..t+3] of FIPS 180-4 section 6.2.2 step 1, t = 4 * q.
template <int q>
HASHGAP_INLINE Quad ExtendQuad(const Quad* w) {
  const Quad older = _mm_sha256msg1_epu32(w[q - 4], w[q - 3]);
  return _mm_sha256msg2_epu32(_mm_add_epi32(older, SevenBack(w[q - 2], w[q - 1])), w[q - 1]);
}

// The same for the header's block, less the terms that are zero or fixed.
template <int q>
HASHGAP_INLINE Quad HeaderQuad(const Quad* w, const Schedule& schedule) {
  if constexpr (q == 4) {  // W[9..12] are zero
    return _mm_sha256msg2_epu32(_mm_sha256msg1_epu32(w[0], w[1]), w[3]);
  } else if constexpr (q == 5) {  // all but sigma1 is fixed
    return _mm_sha256msg2_epu32(LoadQuad(schedule.part + 20), w[4]);
  } else if constexpr (q == 6) {  // W[8..12] are zero
    return _mm_sha256msg2_epu32(SevenBack(w[4], w[5]), w[5]);
  } else if constexpr (q == 7) {  // W[12..16] are fixed
    const Quad older = LoadQuad(schedule.part + 28);
    return _mm_sha256msg2_epu32(_mm_add_epi32(older, SevenBack(w[5], w[6])), w[6]);
  } else {
    return ExtendQuad<q>(w);
  }
}

// The same for the first digest's block.
template <int q>
HASHGAP_INLINE Quad DigestQuad(const Quad* w) {
  if constexpr (q == 4) {  // W[9..12] are zero
    return _mm_sha256msg2_epu32(_mm_sha256msg1_epu32(w[0], w[1]), w[3]);
  } else if constexpr (q == 6) {  // W[9..12] are zero
    return _mm_sha256msg2_epu32(_mm_add_epi32(w[2], SevenBack(w[4], w[5])), w[5]);
  } else {
    return ExtendQuad<q>(w);
  }
}

template <int q>
HASHGAP_INLINE void DigestRounds(ShaState (&s)[kChains], Quad (&w)[kChains][16]) {
  if constexpr (q < 16) {
    for (int c = 0; c < kChains; ++c) {
      if constexpr (q >= 4) w[c][q] = DigestQuad<q>(w[c]);
      const Quad kw = AddConstants(w[c][q], q);
      TwoRounds(s[c], kw);
      // h after round 63 is e after round 60, which is f after round 61.
      if constexpr (q < 15) TwoRounds(s[c], UpperHalf(kw));
    }
    DigestRounds<q + 1>(s, w);
  }
}

// Bit c is set where f of chain c, turned into the digest's last word, is at most the limit as the
// top word of a number.
HASHGAP_INLINE uint32_t AtMost(const ShaState (&s)[kChains], Quad limit) {
  const Quad f01 = _mm_unpacklo_epi32(s[0].abef, s[1].abef);
  const Quad f23 = _mm_unpacklo_epi32(s[2].abef, s[3].abef);
  const Quad h7 = _mm_add_epi32(_mm_unpacklo_epi64(f01, f23), Broadcast(kInitialState[7]));
  const Quad reverse = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
  const Quad top = _mm_shuffle_epi8(h7, reverse);
  const Quad atMost = _mm_cmpeq_epi32(_mm_min_epu32(top, limit), top);
  return static_cast<uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(atMost)));
}

class ShaniSearch {
 public:
  static constexpr uint32_t kLanes = kChains;

  explicit ShaniSearch(const Work& work)
      : work_(work), schedule_(HeaderSchedule(work.tail)), limit_(Broadcast(work.target[0])) {
    for (uint32_t v = 0; v < work.midstateCount; ++v) {
      midstate_[v] = Pack(work.midstates[v]);
      lead_[v] = Pack(LeadState<HeaderBlock>(work.midstates[v], schedule_).word);
    }
  }

  bool Batch(uint32_t first, LaneMask* candidates) {
    Quad w[kChains][16];
    for (uint32_t c = 0; c < kChains; ++c) {
      const uint32_t nonce = SwapBytes(first + c);
      const uint32_t words[4] = {work_.tail[0], work_.tail[1], work_.tail[2], nonce};
      w[c][0] = LoadQuad(words);
      nonce_[c] = _mm_set_epi32(static_cast<int>(nonce), 0, static_cast<int>(nonce), 0);
      for (int q = 1; q < 4; ++q) w[c][q] = LoadQuad(schedule_.part + 4 * q);
    }
    LaneMask any = candidates[0] = SearchVersion<true>(0, w);
    for (uint32_t v = 1; v < work_.midstateCount; ++v) {
      candidates[v] = SearchVersion<false>(v, w);
      any |= candidates[v];
    }
    return any != 0;
  }

 private:
  // The first version extends the schedule between its rounds and keeps it for the others. Done
  // before the rounds, with the rounds' unit idle, it costs 24% at one version and 11% at four.
  template <int q, bool kFirstVersion>
  HASHGAP_INLINE void HeaderRounds(ShaState (&s)[kChains], Quad (&w)[kChains][16]) {
    if constexpr (q < 16) {
      for (int c = 0; c < kChains; ++c) {
        if constexpr (q >= 4 && kFirstVersion) w[c][q] = HeaderQuad<q>(w[c], schedule_);
        if constexpr (q >= 4 && kFirstVersion) kw_[q][c] = AddConstants(w[c][q], q);
        const Quad kw = q < 4 ? LoadQuad(schedule_.addend + 4 * q) : kw_[q][c];
        TwoRounds(s[c], kw);
        TwoRounds(s[c], UpperHalf(kw));
      }
      HeaderRounds<q + 1, kFirstVersion>(s, w);
    }
  }

  template <bool kFirstVersion>
  HASHGAP_INLINE uint32_t SearchVersion(uint32_t v, Quad (&header)[kChains][16]) {
    ShaState s[kChains];
    // Rounds 0 to 2 are fixed; of round 3 remains to add the nonce to a and e.
    for (int c = 0; c < kChains; ++c) {
      s[c] = {_mm_add_epi32(lead_[v].abef, nonce_[c]), lead_[v].cdgh};
    }
    HeaderRounds<1, kFirstVersion>(s, header);
    Quad digest[kChains][16];
    for (int c = 0; c < kChains; ++c) {
      s[c].abef = _mm_add_epi32(s[c].abef, midstate_[v].abef);
      s[c].cdgh = _mm_add_epi32(s[c].cdgh, midstate_[v].cdgh);
      Unpack(s[c], digest[c][0], digest[c][1]);
      digest[c][2] = LoadQuad(kDigestSchedule.part + 8);
      digest[c][3] = LoadQuad(kDigestSchedule.part + 12);
      s[c] = Pack(kInitialState);
    }
    DigestRounds<0>(s, digest);
    return AtMost(s, limit_);
  }

  const Work& work_;
  const Schedule schedule_;
  const Quad limit_;
  ShaState midstate_[kMaxMidstates];
  ShaState lead_[kMaxMidstates];
  Quad nonce_[kChains];
  Quad kw_[16][kChains];
};

}  // namespace

uint32_t ScanShani(const Work& work, uint32_t first, uint32_t count, Hit* hits, uint32_t capacity,
                   uint32_t* hitCount) {
  return ScanBatches<ShaniSearch>(work, first, count, hits, capacity, hitCount);
}

}  // namespace hashgap

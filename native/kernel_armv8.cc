// The Armv8 SHA-256 extensions kernel: four nonces at a time, as four independent chains of rounds.
#include <arm_neon.h>

#include "header_schedule.h"
#include "kernel.h"
#include "scan_batches.h"

namespace hashgap {
namespace {

// Four consecutive words of a message or a state, the first one lowest.
using Quad = uint32x4_t;

// sha256h answers after 4 cycles on Apple's and Arm's larger cores and can start sooner, so one
// chain leaves the unit idle. Four chains and their schedules fit the 32 registers. Not measured.
constexpr int kChains = 4;

struct ShaState {
  Quad abcd;
  Quad efgh;
};

HASHGAP_INLINE ShaState Load(const uint32_t (&s)[8]) { return {vld1q_u32(s), vld1q_u32(s + 4)}; }

// Rounds 4 * q to 4 * q + 3 of FIPS 180-4 section 6.2.2 step 3, with their K + W.
HASHGAP_INLINE void FourRounds(ShaState& s, Quad kw) {
  const Quad abcd = vsha256hq_u32(s.abcd, s.efgh, kw);
  s.efgh = vsha256h2q_u32(s.efgh, s.abcd, kw);
  s.abcd = abcd;
}

// K + W of quad q.
HASHGAP_INLINE Quad AddConstants(Quad w, int q) {
  return vaddq_u32(w, vld1q_u32(kRoundConstants + 4 * q));
}

// W[t-16] + sigma0(W[t-15]) for t = 4 * q and the three after it.
HASHGAP_INLINE Quad Older(const Quad* w, int q) { return vsha256su0q_u32(w[q - 4], w[q - 3]); }

// W[t..t+3] of FIPS 180-4 section 6.2.2 step 1 from Older and the two quads before.
HASHGAP_INLINE Quad Extend(Quad older, const Quad* w, int q) {
  return vsha256su1q_u32(older, w[q - 2], w[q - 1]);
}

// Bit c is set where the last word of chain c's digest is at most the limit as the top word of a
// number. h after round 63 is all that is left to add to.
HASHGAP_INLINE uint32_t AtMost(const ShaState (&s)[kChains], Quad limit) {
  static constexpr uint32_t kBits[4] = {1, 2, 4, 8};
  const uint64x2_t h01 = vreinterpretq_u64_u32(vzip2q_u32(s[0].efgh, s[1].efgh));
  const uint64x2_t h23 = vreinterpretq_u64_u32(vzip2q_u32(s[2].efgh, s[3].efgh));
  const Quad h = vreinterpretq_u32_u64(vzip2q_u64(h01, h23));
  const Quad h7 = vaddq_u32(h, vdupq_n_u32(kInitialState[7]));
  const Quad top = vreinterpretq_u32_u8(vrev32q_u8(vreinterpretq_u8_u32(h7)));
  return vaddvq_u32(vandq_u32(vcleq_u32(top, limit), vld1q_u32(kBits)));
}

class Armv8Search {
 public:
  static constexpr uint32_t kLanes = kChains;

  explicit Armv8Search(const Work& work)
      : work_(work), schedule_(HeaderSchedule(work.tail)), limit_(vdupq_n_u32(work.target[0])) {
    Quad w[8];
    for (int q = 0; q < 4; ++q) w[q] = vld1q_u32(schedule_.part + 4 * q);
    // W[16] is fixed, and of quad 4 these read no more.
    w[4] = vld1q_u32(schedule_.part + 16);
    for (int q = 5; q < 8; ++q) older_[q - 5] = Older(w, q);
    for (uint32_t v = 0; v < work.midstateCount; ++v) {
      midstate_[v] = Load(work.midstates[v]);
      lead_[v] = Load(LeadState<HeaderBlock>(work.midstates[v], schedule_).word);
    }
  }

  bool Batch(uint32_t first, LaneMask* candidates) {
    Quad w[kChains][16];
    for (uint32_t c = 0; c < kChains; ++c) {
      const uint32_t nonce = SwapBytes(first + c);
      const uint32_t words[4] = {work_.tail[0], work_.tail[1], work_.tail[2], nonce};
      const uint32_t leading[4] = {nonce, 0, 0, 0};
      w[c][0] = vld1q_u32(words);
      nonce_[c] = vld1q_u32(leading);
      for (int q = 1; q < 4; ++q) w[c][q] = vld1q_u32(schedule_.part + 4 * q);
    }
    LaneMask any = candidates[0] = SearchVersion<true>(0, w);
    for (uint32_t v = 1; v < work_.midstateCount; ++v) {
      candidates[v] = SearchVersion<false>(v, w);
      any |= candidates[v];
    }
    return any != 0;
  }

 private:
  template <int q>
  HASHGAP_INLINE Quad HeaderQuad(const Quad* w) const {
    if constexpr (q >= 5 && q < 8) {
      return Extend(older_[q - 5], w, q);
    } else {
      return Extend(Older(w, q), w, q);
    }
  }

  // The first version extends the schedule between its rounds and keeps K + W for the others.
  template <int q, bool kFirstVersion>
  HASHGAP_INLINE void HeaderRounds(ShaState (&s)[kChains], Quad (&w)[kChains][16]) {
    if constexpr (q < 16) {
      for (int c = 0; c < kChains; ++c) {
        if constexpr (q < 4) {
          FourRounds(s[c], vld1q_u32(schedule_.addend + 4 * q));
          continue;
        } else if constexpr (kFirstVersion) {
          w[c][q] = HeaderQuad<q>(w[c]);
          kw_[q][c] = AddConstants(w[c][q], q);
        }
        FourRounds(s[c], kw_[q][c]);
      }
      HeaderRounds<q + 1, kFirstVersion>(s, w);
    }
  }

  template <int q>
  HASHGAP_INLINE void DigestRounds(ShaState (&s)[kChains], Quad (&w)[kChains][16]) {
    if constexpr (q < 16) {
      for (int c = 0; c < kChains; ++c) {
        if constexpr (q >= 4) w[c][q] = Extend(Older(w[c], q), w[c], q);
        const Quad kw = AddConstants(w[c][q], q);
        if constexpr (q < 15) {
          FourRounds(s[c], kw);
        } else {  // only h is asked for
          s[c].efgh = vsha256h2q_u32(s[c].efgh, s[c].abcd, kw);
        }
      }
      DigestRounds<q + 1>(s, w);
    }
  }

  template <bool kFirstVersion>
  HASHGAP_INLINE uint32_t SearchVersion(uint32_t v, Quad (&header)[kChains][16]) {
    ShaState s[kChains];
    // Rounds 0 to 3 are done but for the nonce, which enters a and e by one addition each.
    for (int c = 0; c < kChains; ++c) {
      s[c] = {vaddq_u32(lead_[v].abcd, nonce_[c]), vaddq_u32(lead_[v].efgh, nonce_[c])};
    }
    HeaderRounds<1, kFirstVersion>(s, header);
    Quad digest[kChains][16];
    for (int c = 0; c < kChains; ++c) {
      digest[c][0] = vaddq_u32(s[c].abcd, midstate_[v].abcd);
      digest[c][1] = vaddq_u32(s[c].efgh, midstate_[v].efgh);
      digest[c][2] = vld1q_u32(kDigestSchedule.part + 8);
      digest[c][3] = vld1q_u32(kDigestSchedule.part + 12);
      s[c] = Load(kInitialState);
    }
    DigestRounds<0>(s, digest);
    return AtMost(s, limit_);
  }

  const Work& work_;
  const Schedule schedule_;
  const Quad limit_;
  Quad older_[3];  // Older of the quads 5 to 7, where it is fixed
  ShaState midstate_[kMaxMidstates];
  ShaState lead_[kMaxMidstates];
  Quad nonce_[kChains];
  Quad kw_[16][kChains];
};

}  // namespace

uint32_t ScanArmv8(const Work& work, uint32_t first, uint32_t count, Hit* hits, uint32_t capacity,
                   uint32_t* hitCount) {
  return ScanBatches<Armv8Search>(work, first, count, hits, capacity, hitCount);
}

}  // namespace hashgap

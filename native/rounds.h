// The mining algebra: the double SHA-256 of headers that differ in the nonce alone, over any lanes.
#ifndef HASHGAP_NATIVE_ROUNDS_H_
#define HASHGAP_NATIVE_ROUNDS_H_

#include <cstdint>

#include "header_schedule.h"
#include "kernel.h"
#include "sha256.h"

// A kernel supplies the vocabulary V of its instruction set and gets LaneSearch<V, kStreams>:
//   Lane, kLanes              32-bit words side by side, one for each nonce; at most 32 of them
//   Broadcast(word)           the same word in every lane
//   Nonces(first)             first + i in lane i, bytes swapped as SHA-256 reads a header
//   Add  Xor(x, y, z)  Rotr<n>  Shr<n>  Ch  Maj        FIPS 180-4 sections 3.2 and 4.1.2
//   AtMost(x, limit)          bit i is set where the byte-swapped word of lane i is <= limit
#if defined(__clang__)
#define HASHGAP_ROLLED _Pragma("clang loop unroll(disable)")
#elif defined(__GNUC__)
#define HASHGAP_ROLLED _Pragma("GCC unroll 1")
#else
#define HASHGAP_ROLLED
#endif

namespace hashgap {
namespace {

template <class V>
using Lane = typename V::Lane;

// A word that is not there: no instruction adds it.
struct Nothing {};

template <class V>
HASHGAP_INLINE Lane<V> Plus(Lane<V> x, Lane<V> y) {
  return V::Add(x, y);
}
template <class V>
HASHGAP_INLINE Lane<V> Plus(Nothing, Lane<V> y) {
  return y;
}
template <class V>
HASHGAP_INLINE Lane<V> Plus(Lane<V> x, Nothing) {
  return x;
}
template <class V>
HASHGAP_INLINE Nothing Plus(Nothing, Nothing) {
  return {};
}

template <class V>
HASHGAP_INLINE Lane<V> Sigma0(Lane<V> x) {
  return V::Xor(V::template Rotr<7>(x), V::template Rotr<18>(x), V::template Shr<3>(x));
}
template <class V>
HASHGAP_INLINE Nothing Sigma0(Nothing) {
  return {};
}

template <class V>
HASHGAP_INLINE Lane<V> Sigma1(Lane<V> x) {
  return V::Xor(V::template Rotr<17>(x), V::template Rotr<19>(x), V::template Shr<10>(x));
}
template <class V>
HASHGAP_INLINE Nothing Sigma1(Nothing) {
  return {};
}

// W[t] where it varies: a fixed word is part of a sum made beforehand. `w` holds the latest 16.
template <class V, class Block, int t>
HASHGAP_INLINE auto VaryingWord(const Lane<V>* w) {
  if constexpr (Block::Fixed(t)) {
    return Nothing{};
  } else {
    return w[t & 15];
  }
}

// The sum of the fixed terms of W[t], where there are any.
template <class V, class Block, int t>
HASHGAP_INLINE auto FixedPart(const Schedule& schedule) {
  constexpr auto adds = [](int i) { return Block::Fixed(i) && !Block::Zero(i); };
  if constexpr (adds(t - 2) || adds(t - 7) || adds(t - 15) || adds(t - 16)) {
    return V::Broadcast(schedule.part[t]);
  } else {
    return Nothing{};
  }
}

// W[t] of FIPS 180-4 section 6.2.2 step 1, for t >= 16. The latest word joins last, to be waited
// for least.
template <class V, class Block, int t>
HASHGAP_INLINE Lane<V> ExtendSchedule(const Lane<V>* w, const Schedule& schedule) {
  const auto older = Plus<V>(FixedPart<V, Block, t>(schedule), VaryingWord<V, Block, t - 16>(w));
  const auto old = Plus<V>(older, Sigma0<V>(VaryingWord<V, Block, t - 15>(w)));
  const auto recent = Plus<V>(old, VaryingWord<V, Block, t - 7>(w));
  return Plus<V>(recent, Sigma1<V>(VaryingWord<V, Block, t - 2>(w)));
}

// Computes W[t] to W[kEnd - 1] and stores K + W of each; `kBias` joins the last one.
template <class V, class Block, int t, int kEnd, uint32_t kBias = 0>
HASHGAP_INLINE void ExtendFrom(Lane<V>* w, Lane<V>* kw, const Schedule& schedule) {
  if constexpr (t < kEnd) {
    w[t & 15] = ExtendSchedule<V, Block, t>(w, schedule);
    kw[t] = V::Add(w[t & 15], V::Broadcast(schedule.addend[t] + (t + 1 == kEnd ? kBias : 0)));
    ExtendFrom<V, Block, t + 1, kEnd, kBias>(w, kw, schedule);
  }
}

// FIPS 180-4 section 6.2.2 step 3. Round t finds a..h at s[(0..7 - t) mod 8], so nothing moves.
// `hkw` is h + K[t] + W[t].
// Without kUpdateA the new `a` is left out, for rounds whose `a` nobody reads any more.
template <class V, int t, bool kUpdateA>
HASHGAP_INLINE void Round(Lane<V>* s, Lane<V> hkw) {
  Lane<V>& d = s[(3 - t) & 7];
  Lane<V>& h = s[(7 - t) & 7];
  const Lane<V> e = s[(4 - t) & 7];
  const Lane<V> ch = V::Ch(e, s[(5 - t) & 7], s[(6 - t) & 7]);
  const Lane<V> sigma1 =
      V::Xor(V::template Rotr<6>(e), V::template Rotr<11>(e), V::template Rotr<25>(e));
  const Lane<V> t1 = V::Add(V::Add(hkw, ch), sigma1);
  d = V::Add(d, t1);
  if constexpr (kUpdateA) {
    const Lane<V> a = s[(0 - t) & 7];
    const Lane<V> maj = V::Maj(a, s[(1 - t) & 7], s[(2 - t) & 7]);
    const Lane<V> sigma0 =
        V::Xor(V::template Rotr<2>(a), V::template Rotr<13>(a), V::template Rotr<22>(a));
    h = V::Add(V::Add(t1, maj), sigma0);
  }
}

// The rounds first + t to first + 7 of every stream, with K + W from memory; a..h of round `first`
// are s[0..7]. A round of one stream stands beside the same round of the others: alone, a stream
// waits for its own `e` (10 cycles a round on Zen 5, which could do 2.5 rounds in that time).
template <class V, int kStreams, int t, int kRounds, bool kUpdateA>
HASHGAP_INLINE void Rounds(Lane<V> (*s)[8], const Lane<V> (*kw)[64], int first) {
  if constexpr (t < kRounds) {
    for (int i = 0; i < kStreams; ++i) {
      Round<V, t, kUpdateA>(s[i], V::Add(s[i][(7 - t) & 7], kw[i][first + t]));
    }
    Rounds<V, kStreams, t + 1, kRounds, kUpdateA>(s, kw, first);
  }
}

// Rounds first to end - 1, a multiple of eight. The loop stays a loop: unrolled, a scan's code no
// longer fits the cache of decoded instructions (measured on Zen 5, AVX-512, two streams: 55 MH/s
// unrolled, 71 as a loop).
template <class V, int kStreams>
HASHGAP_INLINE void RoundsByEight(Lane<V> (*s)[8], const Lane<V> (*kw)[64], int first, int end) {
  HASHGAP_ROLLED
  for (int t = first; t < end; t += 8) Rounds<V, kStreams, 0, 8, true>(s, kw, t);
}

// The state after the first round whose word varies: the word enters a and e, the rest is fixed.
template <class V>
HASHGAP_INLINE void Enter(Lane<V>* s, const State& lead, Lane<V> word) {
  for (int i = 0; i < 8; ++i) s[i] = V::Broadcast(lead.word[i]);
  s[0] = V::Add(s[0], word);
  s[4] = V::Add(s[4], word);
}

// Searches kStreams vectors of nonces a batch, all of them through the same step at a time, to fill
// the time one would wait for itself. One message schedule serves every midstate (overt AsicBoost:
// versions differ in the header's first block only), so it is kept in memory as K + W.
template <class V, int kStreams = 1>
class alignas(64) LaneSearch {
 public:
  static constexpr uint32_t kLanes = V::kLanes * kStreams;
  static_assert(kLanes <= 8 * sizeof(LaneMask));

  explicit LaneSearch(const Work& work)
      : work_(work), schedule_(HeaderSchedule(work.tail)), limit_(V::Broadcast(work.target[0])) {
    for (int i = 0; i < kStreams; ++i) {
      for (int t = 7; t < 18; ++t) headerKw_[i][t] = V::Broadcast(schedule_.addend[t]);
      for (int t = 8; t < 16; ++t) digestKw_[i][t] = V::Broadcast(kDigestSchedule.addend[t]);
    }
    for (uint32_t v = 0; v < work.midstateCount; ++v) {
      lead_[v] = LeadState<HeaderBlock>(work.midstates[v], schedule_);
      // h of round t was h - (t - 4) of round 4: fixed.
      for (int t = 4; t < 7; ++t) leadHkw_[v][t - 4] = lead_[v].word[11 - t] + schedule_.addend[t];
    }
  }

  bool Batch(uint32_t first, LaneMask* candidates) {
    HASHGAP_ROLLED
    for (int i = 0; i < kStreams; ++i) {
      Lane<V> w[16];
      nonces_[i] = w[3] = V::Nonces(first + i * V::kLanes);
      ExtendFrom<V, HeaderBlock, 18, 64>(w, headerKw_[i], schedule_);
    }
    LaneMask any = 0;
    for (uint32_t v = 0; v < work_.midstateCount; ++v) {
      HeaderHash(v);
      candidates[v] = DigestAtMost();
      any |= candidates[v];
    }
    return any != 0;
  }

 private:
  // Leaves the header's first digest for version v in digest_.
  HASHGAP_INLINE void HeaderHash(uint32_t v) {
    Lane<V> s[kStreams][8];
    for (int i = 0; i < kStreams; ++i) {
      Lane<V> entered[8];
      Enter<V>(entered, lead_[v], nonces_[i]);
      for (int j = 0; j < 8; ++j) s[i][(j - 4) & 7] = entered[j];
      Round<V, 4, true>(s[i], V::Broadcast(leadHkw_[v][0]));
      Round<V, 5, true>(s[i], V::Broadcast(leadHkw_[v][1]));
      Round<V, 6, true>(s[i], V::Broadcast(leadHkw_[v][2]));
      Round<V, 7, true>(s[i], V::Add(s[i][0], headerKw_[i][7]));
    }
    RoundsByEight<V, kStreams>(s, headerKw_, 8, 64);
    for (int i = 0; i < kStreams; ++i) {
      for (int j = 0; j < 8; ++j) {
        digest_[i][j] = V::Add(s[i][j], V::Broadcast(work_.midstates[v][j]));
      }
    }
  }

  // H[7] is IV[7] + h, h after round 63 is e after round 60, and that needs no `a` past round 56.
  // IV[7] is in the K + W of round 60.
  HASHGAP_INLINE LaneMask DigestAtMost() {
    HASHGAP_ROLLED
    for (int i = 0; i < kStreams; ++i) {
      Lane<V> w[16];
      for (int t = 0; t < 8; ++t) w[t] = digest_[i][t];
      for (int t = 1; t < 8; ++t) {
        digestKw_[i][t] = V::Add(w[t], V::Broadcast(kDigestSchedule.addend[t]));
      }
      ExtendFrom<V, DigestBlock, 16, 61, kInitialState[7]>(w, digestKw_[i], kDigestSchedule);
    }
    Lane<V> s[kStreams][8];
    for (int i = 0; i < kStreams; ++i) Enter<V>(s[i], kDigestLead, digest_[i][0]);
    RoundsByEight<V, kStreams>(s, digestKw_, 1, 57);
    Rounds<V, kStreams, 0, 4, false>(s, digestKw_, 57);
    LaneMask atMost = 0;
    for (int i = 0; i < kStreams; ++i) {
      atMost |= LaneMask{V::AtMost(s[i][0], limit_)} << (i * V::kLanes);
    }
    return atMost;
  }

  const Work& work_;
  const Schedule schedule_;
  const Lane<V> limit_;
  State lead_[kMaxMidstates];
  uint32_t leadHkw_[kMaxMidstates][3];
  Lane<V> nonces_[kStreams];
  Lane<V> digest_[kStreams][8];
  Lane<V> headerKw_[kStreams][64];
  Lane<V> digestKw_[kStreams][64];
};

}  // namespace
}  // namespace hashgap

#endif  // HASHGAP_NATIVE_ROUNDS_H_

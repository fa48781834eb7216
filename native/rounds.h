// The mining algebra: the double SHA-256 of headers that differ in the nonce alone, over any lanes.
#ifndef HASHGAP_NATIVE_ROUNDS_H_
#define HASHGAP_NATIVE_ROUNDS_H_

#include <cstdint>

#include "header_schedule.h"
#include "kernel.h"
#include "sha256.h"

// A kernel supplies the vocabulary V of its instruction set and gets LaneSearch<V>:
//   Lane, kLanes              32-bit words side by side, one for each nonce; at most 32 of them
//   Broadcast(word)           the same word in every lane
//   Nonces(first)             first + i in lane i, bytes swapped as SHA-256 reads a header
//   Add  Xor(x, y, z)  Rotr<n>  Shr<n>  Ch  Maj        FIPS 180-4 sections 3.2 and 4.1.2
//   AtMost(x, limit)          bit i is set where the byte-swapped word of lane i is <= limit
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

// W[t] where it varies: a fixed word is part of a sum made beforehand.
template <class V, class Block, int t>
HASHGAP_INLINE auto VaryingWord(const Lane<V>* w) {
  if constexpr (Block::Fixed(t)) {
    return Nothing{};
  } else {
    return w[t];
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

// K[t] + W[t]; computes W[t] if it is not one of the block's own words.
template <class V, class Block, int t>
HASHGAP_INLINE Lane<V> RoundAddend(Lane<V>* w, const Schedule& schedule) {
  const Lane<V> addend = V::Broadcast(schedule.addend[t]);
  if constexpr (Block::Fixed(t)) {
    return addend;
  } else {
    if constexpr (t >= 16) w[t] = ExtendSchedule<V, Block, t>(w, schedule);
    return V::Add(w[t], addend);
  }
}

// FIPS 180-4 section 6.2.2 step 3. Round t finds a..h at s[(0..7 - t) mod 8], so nothing moves.
// Without kUpdateA the new `a` is left out, for rounds whose `a` nobody reads any more.
template <class V, int t, bool kUpdateA>
HASHGAP_INLINE void Round(Lane<V>* s, Lane<V> kw) {
  Lane<V>& d = s[(3 - t) & 7];
  Lane<V>& h = s[(7 - t) & 7];
  const Lane<V> e = s[(4 - t) & 7];
  const Lane<V> ch = V::Ch(e, s[(5 - t) & 7], s[(6 - t) & 7]);
  const Lane<V> sigma1 =
      V::Xor(V::template Rotr<6>(e), V::template Rotr<11>(e), V::template Rotr<25>(e));
  const Lane<V> t1 = V::Add(V::Add(V::Add(h, kw), ch), sigma1);
  d = V::Add(d, t1);
  if constexpr (kUpdateA) {
    const Lane<V> a = s[(0 - t) & 7];
    const Lane<V> maj = V::Maj(a, s[(1 - t) & 7], s[(2 - t) & 7]);
    const Lane<V> sigma0 =
        V::Xor(V::template Rotr<2>(a), V::template Rotr<13>(a), V::template Rotr<22>(a));
    h = V::Add(V::Add(t1, maj), sigma0);
  }
}

// Sets the state after round t, the first whose word varies.
template <class V, int t>
HASHGAP_INLINE void Enter(Lane<V>* s, const State& lead, Lane<V> word) {
  for (int i = 0; i < 8; ++i) s[(i - (t + 1)) & 7] = V::Broadcast(lead.word[i]);
  s[(0 - (t + 1)) & 7] = V::Add(s[(0 - (t + 1)) & 7], word);
  s[(4 - (t + 1)) & 7] = V::Add(s[(4 - (t + 1)) & 7], word);
}

template <class V, int t>
HASHGAP_INLINE void ExtendHeader(Lane<V>* w, Lane<V>* kw, const Schedule& schedule) {
  if constexpr (t < 64) {
    if constexpr (!HeaderBlock::Fixed(t)) kw[t] = RoundAddend<V, HeaderBlock, t>(w, schedule);
    ExtendHeader<V, t + 1>(w, kw, schedule);
  }
}

template <class V, int t>
HASHGAP_INLINE void HeaderRounds(Lane<V>* s, const Lane<V>* kw) {
  if constexpr (t < 64) {
    Round<V, t, true>(s, kw[t]);
    HeaderRounds<V, t + 1>(s, kw);
  }
}

// H[7] is IV[7] + h, h after round 63 is e after round 60, and that needs no `a` past round 56.
template <class V, int t>
HASHGAP_INLINE void DigestRounds(Lane<V>* s, Lane<V>* w) {
  if constexpr (t <= 60) {
    Round<V, t, (t <= 56)>(s, RoundAddend<V, DigestBlock, t>(w, kDigestSchedule));
    DigestRounds<V, t + 1>(s, w);
  }
}

// Searches kLanes nonces a batch. One message schedule serves every midstate (overt AsicBoost:
// versions differ in the header's first block only), so it is kept in memory as K + W.
template <class V>
class LaneSearch {
 public:
  static constexpr uint32_t kLanes = V::kLanes;

  explicit LaneSearch(const Work& work)
      : work_(work), schedule_(HeaderSchedule(work.tail)), limit_(V::Broadcast(work.target[0])) {
    for (int t = 4; t < 18; ++t) kw_[t] = V::Broadcast(schedule_.addend[t]);
    for (uint32_t v = 0; v < work.midstateCount; ++v) {
      lead_[v] = LeadState<HeaderBlock>(work.midstates[v], schedule_);
    }
  }

  bool Batch(uint32_t first, uint32_t* candidates) {
    Lane<V> w[64];
    w[3] = V::Nonces(first);
    ExtendHeader<V, 18>(w, kw_, schedule_);
    uint32_t any = 0;
    for (uint32_t v = 0; v < work_.midstateCount; ++v) {
      candidates[v] = V::AtMost(LastWord(v, w[3]), limit_);
      any |= candidates[v];
    }
    return any != 0;
  }

 private:
  // H[7] of the header's hash, for version v.
  HASHGAP_INLINE Lane<V> LastWord(uint32_t v, Lane<V> nonces) {
    Lane<V> s[8];
    Enter<V, 3>(s, lead_[v], nonces);
    HeaderRounds<V, 4>(s, kw_);
    Lane<V> w[64];
    for (int i = 0; i < 8; ++i) w[i] = V::Add(s[i], V::Broadcast(work_.midstates[v][i]));
    Enter<V, 0>(s, kDigestLead, w[0]);
    DigestRounds<V, 1>(s, w);
    return V::Add(s[(4 - 61) & 7], V::Broadcast(kInitialState[7]));
  }

  const Work& work_;
  const Schedule schedule_;
  const Lane<V> limit_;
  State lead_[kMaxMidstates];
  Lane<V> kw_[64];
};

}  // namespace
}  // namespace hashgap

#endif  // HASHGAP_NATIVE_ROUNDS_H_

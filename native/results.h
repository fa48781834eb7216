// How hits are handed to JavaScript.
#ifndef HASHGAP_NATIVE_RESULTS_H_
#define HASHGAP_NATIVE_RESULTS_H_

#include <napi.h>

#include "scan.h"

namespace hashgap {

// A Uint32Array of [nonce, versionIndex, nonce, versionIndex, ...]; empty-handed (IsEmpty) in an
// environment that is being terminated.
inline Napi::Uint32Array HitArray(Napi::Env env, const Scan& scan) {
  auto array = Napi::Uint32Array::New(env, size_t{2} * scan.hitCount);
  if (array.IsEmpty()) return array;
  for (uint32_t i = 0; i < scan.hitCount; ++i) {
    array.Data()[2 * i] = scan.hits[i].nonce;
    array.Data()[2 * i + 1] = scan.hits[i].versionIndex;
  }
  return array;
}

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_RESULTS_H_

// measure() of the addon: a throughput measurement beside the event loop.
#ifndef HASHGAP_NATIVE_MEASUREMENT_H_
#define HASHGAP_NATIVE_MEASUREMENT_H_

#include <napi.h>

namespace hashgap {

// measure(what, threads, seconds, bytes, callback) -> cancel()
//   what: "triad", "fp32", "int32" or "int8"; bytes of each array of the triad
//   then callback({ loop, failure, perSecond }) once, with no samples after cancel()
Napi::Value StartMeasurement(const Napi::CallbackInfo& info);

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_MEASUREMENT_H_

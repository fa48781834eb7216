// Memory bandwidth by the triad of STREAM: a[i] = b[i] + s * c[i] over arrays that no cache holds.
#ifndef HASHGAP_NATIVE_TRIAD_H_
#define HASHGAP_NATIVE_TRIAD_H_

#include "throughput.h"

namespace hashgap {

// Bytes per second, one sample for each pass over the arrays. Bytes are counted as STREAM does
// (https://www.cs.virginia.edu/stream/ref.html): 24 for each element, two doubles read and one
// written. Every element of the last pass is checked.
Throughput MeasureTriad(const ThroughputRequest& request);

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_TRIAD_H_

// Memory bandwidth by the triad of STREAM: a[i] = b[i] + s * c[i] over arrays that no cache holds.
#include "triad.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>

#include "team.h"

#if defined(__x86_64__) || defined(_M_X64)
#include <emmintrin.h>
#endif

namespace hashgap {
namespace {

// Elements between two looks at the cancellation: half a MiB of each array.
constexpr size_t kBlock = 65536;
// A cache line of doubles; slices of threads begin and end on one.
constexpr size_t kLine = 8;
constexpr uint32_t kLeastPasses = 3;
constexpr uint32_t kMostPasses = 1000;

using Array = std::unique_ptr<double[]>;

struct Arrays {
  const ThroughputRequest& request;
  size_t elements;
  Array a, b, c;
  double factor;
  std::atomic<bool> right{true};
};

// Small whole numbers, so that every sum is exact, and different ones in neighbouring elements.
constexpr double First(size_t i) { return static_cast<double>(i % 1021); }
constexpr double Second(size_t i) { return static_cast<double>(i % 61); }

// Calls `part(begin, end)` for the blocks of a thread's slice until the measurement is cancelled.
template <class Part>
void ForBlocks(const Arrays& arrays, uint32_t index, Part part) {
  const size_t lines = arrays.elements / kLine;
  const uint32_t threads = arrays.request.threads;
  const size_t end = lines * (index + 1) / threads * kLine;
  for (size_t begin = lines * index / threads * kLine; begin < end; begin += kBlock) {
    if (arrays.request.cancelled.load(std::memory_order_relaxed)) return;
    part(begin, std::min(begin + kBlock, end));
  }
}

// Each thread touches first what it will work on, so that it lies in the memory nearest to it.
void Fill(void* context, uint32_t index) {
  Arrays& arrays = *static_cast<Arrays*>(context);
  ForBlocks(arrays, index, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      arrays.a[i] = 0;
      arrays.b[i] = First(i);
      arrays.c[i] = Second(i);
    }
  });
}

// With ordinary stores an x86 reads each line of `a` before it overwrites it, which STREAM does not
// count; stores past the caches do not. Arm's cores find out by themselves that a line is
// overwritten.
void Pass(void* context, uint32_t index) {
  Arrays& arrays = *static_cast<Arrays*>(context);
  ForBlocks(arrays, index, [&](size_t begin, size_t end) {
    double* const a = arrays.a.get();
    const double* const b = arrays.b.get();
    const double* const c = arrays.c.get();
#if defined(__x86_64__) || defined(_M_X64)
    const __m128d factor = _mm_set1_pd(arrays.factor);
    for (size_t line = begin; line < end; line += kLine) {
      for (size_t i = line; i < line + kLine; i += 2) {
        _mm_stream_pd(a + i,
                      _mm_add_pd(_mm_loadu_pd(b + i), _mm_mul_pd(factor, _mm_loadu_pd(c + i))));
      }
    }
#else
    const double factor = arrays.factor;
    for (size_t i = begin; i < end; ++i) a[i] = b[i] + factor * c[i];
#endif
  });
#if defined(__x86_64__) || defined(_M_X64)
  _mm_sfence();
#endif
}

void Check(void* context, uint32_t index) {
  Arrays& arrays = *static_cast<Arrays*>(context);
  ForBlocks(arrays, index, [&](size_t begin, size_t end) {
    bool right = true;
    for (size_t i = begin; i < end; ++i) {
      right &= arrays.a[i] == First(i) + arrays.factor * Second(i);
    }
    if (!right) arrays.right.store(false, std::memory_order_relaxed);
  });
}

// Without a first value: the threads write first.
Array Allocate(size_t elements) { return Array(new (std::nothrow) double[elements]); }

}  // namespace

Throughput MeasureTriad(const ThroughputRequest& request) {
  Throughput result;
  result.loop = "triad";
  const size_t elements = std::max(request.bytes / sizeof(double) / kLine, size_t{1}) * kLine;
  Arrays arrays{request, elements, Allocate(elements), Allocate(elements), Allocate(elements), 0};
  const auto fail = [&](Throughput::Failure failure) {
    result.failure = failure;
    result.perSecond.clear();
    return result;
  };
  if (!arrays.a || !arrays.b || !arrays.c) return fail(Throughput::Failure::kNoMemory);
  if (!RunTeam(request.threads, Fill, &arrays)) return fail(Throughput::Failure::kNoThreads);
  double spent = 0;
  for (uint32_t pass = 0; pass < kLeastPasses || (spent < request.seconds && pass < kMostPasses);
       ++pass) {
    arrays.factor = pass + 1;  // so that no pass finds its results already there
    const auto seconds = RunTeam(request.threads, Pass, &arrays);
    if (!seconds) return fail(Throughput::Failure::kNoThreads);
    if (request.cancelled.load(std::memory_order_relaxed)) return {};
    spent += *seconds;
    result.perSecond.push_back(3.0 * sizeof(double) * static_cast<double>(elements) / *seconds);
  }
  if (!RunTeam(request.threads, Check, &arrays)) return fail(Throughput::Failure::kNoThreads);
  return arrays.right ? result : fail(Throughput::Failure::kWrongResult);
}

}  // namespace hashgap

// Arithmetic throughput: how many multiplications and additions all threads do in a second.
#include "arithmetic.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>

#include "cpu_features.h"
#include "team.h"

namespace hashgap {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Loop kLoops[] = {
#if defined(__x86_64__) || defined(_M_X64)
    {"avx512", Operand::kFp32, kAvx512f, 16 * kRegisters32, LoopFp32Avx512},
    {"fma", Operand::kFp32, kAvx2 | kFma, 8 * kRegisters16, LoopFp32Fma},
    {"avx512", Operand::kInt32, kAvx512f, 16 * kRegisters32, LoopInt32Avx512},
    {"avx2", Operand::kInt32, kAvx2, 8 * kRegisters16, LoopInt32Avx2},
    {"avx512-vnni", Operand::kInt8, kAvx512f | kAvx512Vnni, 16 * kRegisters32, LoopInt8Vnni},
    {"avx2", Operand::kInt8, kAvx2, 8 * kRegisters16, LoopInt8Avx2},
#endif
    {"portable", Operand::kFp32, 0, 4 * kRegisters16, LoopFp32},
    {"portable", Operand::kInt32, 0, 4 * kRegisters16, LoopInt32},
};

// Short, so that on a machine that does other things too some samples have the CPUs to themselves
// (two busy threads of a Zen 5 beside four other programs: best of samples of 10 and 200 ms 433 and
// 113 GFLOP/s).
constexpr auto kSampleTime = std::chrono::milliseconds(10);
constexpr uint32_t kLeastSamples = 3;
constexpr uint32_t kMostSamples = 1000;
// Between two looks at the clock: 40 us or so with the fastest loops.
constexpr uint32_t kRounds = 1 << 14;

struct Terms {
  uint32_t factor, addend;
};

constexpr Terms TermsOf(Operand operand) {
  if (operand == Operand::kFp32)
    return {std::bit_cast<uint32_t>(0.5f), std::bit_cast<uint32_t>(0.5f)};
  if (operand == Operand::kInt32) return {1664525, 1013904223};  // of no importance: odd, large
  return {3, static_cast<uint8_t>(-2)};
}

constexpr uint32_t StartOf(Operand operand, uint32_t lane) {
  return operand == Operand::kFp32 ? std::bit_cast<uint32_t>(static_cast<float>(lane + 2)) : lane;
}

// What a lane has to be in the end. x / 2 + 1 / 2 leads every float to 1 within a few dozen rounds.
uint32_t EndOf(Operand operand, uint32_t start) {
  if (operand == Operand::kFp32) return std::bit_cast<uint32_t>(1.0f);
  if (operand == Operand::kInt8) return start + kRounds * static_cast<uint32_t>(4 * 3 * -2);
  const Terms terms = TermsOf(operand);
  uint32_t x = start;
  for (uint32_t round = 0; round < kRounds; ++round) x = x * terms.factor + terms.addend;
  return x;
}

struct Sample {
  const Loop& loop;
  const ThroughputRequest& request;
  // What the lanes have to be in the end; all threads only read it.
  uint32_t expected[kMostLanes] = {};
  // Of all threads: each adds its own once, at its end.
  std::atomic<double> operations{0};
  std::atomic<bool> right{true};
};

void Work(void* context, uint32_t) {
  Sample& sample = *static_cast<Sample*>(context);
  const auto& [name, operand, needs, lanes, run] = sample.loop;
  const Terms terms = TermsOf(operand);
  alignas(64) uint32_t words[kMostLanes];
  const auto start = Clock::now();
  auto now = start;
  double chunks = 0;
  bool right = true;
  while (now - start < kSampleTime && !sample.request.cancelled.load(std::memory_order_relaxed)) {
    for (uint32_t i = 0; i < lanes; ++i) words[i] = StartOf(operand, i);
    run(kRounds, terms.factor, terms.addend, words);
    right &= std::equal(words, words + lanes, sample.expected);
    ++chunks;
    now = Clock::now();
  }
  const double operations = 2.0 * lanes * (operand == Operand::kInt8 ? 4 : 1) * kRounds;
  if (!right) sample.right = false;
  double sum = sample.operations;
  while (!sample.operations.compare_exchange_weak(sum, sum + chunks * operations)) {
  }
}

}  // namespace

std::span<const Loop> Loops() { return kLoops; }

const Loop* FindLoop(Operand operand, uint32_t features) {
  const auto fits = [&](const Loop& loop) {
    return loop.operand == operand && (loop.needs & ~features) == 0;
  };
  const auto* const found = std::find_if(std::begin(kLoops), std::end(kLoops), fits);
  return found == std::end(kLoops) ? nullptr : found;
}

Throughput MeasureArithmetic(const Loop& loop, const ThroughputRequest& request) {
  Throughput result;
  result.loop = loop.name;
  Sample sample{loop, request};
  for (uint32_t i = 0; i < loop.lanes; ++i)
    sample.expected[i] = EndOf(loop.operand, StartOf(loop.operand, i));
  double spent = 0;
  for (uint32_t i = 0; i < kLeastSamples || (spent < request.seconds && i < kMostSamples); ++i) {
    sample.operations = 0;
    const auto seconds = RunTeam(request.threads, Work, &sample);
    if (!seconds) {
      result.failure = Throughput::Failure::kNoThreads;
      return result;
    }
    if (request.cancelled.load(std::memory_order_relaxed)) return {};
    spent += *seconds;
    // By the time from the first beginning to the last end: threads that take turns on one CPU do
    // not add up to two.
    result.perSecond.push_back(sample.operations / *seconds);
  }
  if (!sample.right) result.failure = Throughput::Failure::kWrongResult;
  return result;
}

}  // namespace hashgap

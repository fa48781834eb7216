// What this CPU can run, once both its own flags and the operating system's have been asked.
#ifndef HASHGAP_NATIVE_CPU_FEATURES_H_
#define HASHGAP_NATIVE_CPU_FEATURES_H_

#include <cstdint>

namespace hashgap {

// One bit each, for Kernel::needs.
enum CpuFeature : uint32_t {
  kSse2 = 1u << 0,
  kSsse3 = 1u << 1,
  kSse41 = 1u << 2,
  kAvx = 1u << 3,
  kAvx2 = 1u << 4,
  kBmi2 = 1u << 5,
  kAvx512f = 1u << 6,
  kAvx512bw = 1u << 7,
  kAvx512vl = 1u << 8,
  kShaNi = 1u << 9,
  kNeon = 1u << 10,
  kArmSha2 = 1u << 11,
  kFma = 1u << 12,
  kAvx512Vnni = 1u << 13,
};

struct FeatureName {
  CpuFeature feature;
  const char* name;
};

constexpr FeatureName kFeatureNames[] = {
    {kSse2, "sse2"},         {kSsse3, "ssse3"},
    {kSse41, "sse4.1"},      {kAvx, "avx"},
    {kAvx2, "avx2"},         {kBmi2, "bmi2"},
    {kAvx512f, "avx512f"},   {kAvx512bw, "avx512bw"},
    {kAvx512vl, "avx512vl"}, {kShaNi, "sha-ni"},
    {kNeon, "neon"},         {kArmSha2, "sha2"},
    {kFma, "fma"},           {kAvx512Vnni, "avx512-vnni"},
};

struct Cpu {
  char vendor[13];  // such as AuthenticAMD; empty where unknown
  char brand[49];   // such as AMD Ryzen 9 7950X; empty where unknown
  uint32_t features;
};

Cpu DetectCpu();

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_CPU_FEATURES_H_

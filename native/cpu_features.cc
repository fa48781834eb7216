// What this CPU can run: cpuid and xgetbv on x86, what the operating system says on Arm.
#include "cpu_features.h"

#include <cstring>

#if defined(__x86_64__) || defined(__i386__) || defined(_M_X64) || defined(_M_IX86)
#define HASHGAP_X86 1
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#elif defined(_M_ARM64)
#include <windows.h>
#endif

namespace hashgap {

#if defined(HASHGAP_X86)
namespace {

struct Registers {
  uint32_t eax, ebx, ecx, edx;
};

Registers Cpuid(uint32_t leaf, uint32_t subleaf) {
  Registers r{};
#if defined(_MSC_VER)
  int out[4];
  __cpuidex(out, static_cast<int>(leaf), static_cast<int>(subleaf));
  std::memcpy(&r, out, sizeof r);
#else
  __cpuid_count(leaf, subleaf, r.eax, r.ebx, r.ecx, r.edx);
#endif
  return r;
}

// Which register files the operating system saves when it switches threads (XCR0).
uint64_t EnabledState() {
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  // Spelled out, as the intrinsic needs -mxsave in a file that runs on any CPU.
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return static_cast<uint64_t>(high) << 32 | low;
#endif
}

constexpr bool Bit(uint64_t word, int bit) { return (word >> bit & 1) != 0; }

uint32_t Features(uint32_t highestLeaf) {
  const Registers one = Cpuid(1, 0);
  const Registers seven = highestLeaf >= 7 ? Cpuid(7, 0) : Registers{};
  const bool osxsave = Bit(one.ecx, 27);
  const uint64_t state = osxsave ? EnabledState() : 0;
  const bool ymm = (state & 0x06) == 0x06;         // xmm and upper ymm halves
  const bool zmm = ymm && (state & 0xe0) == 0xe0;  // and masks, upper zmm halves, zmm16..31

  uint32_t features = 0;
  const auto add = [&](bool present, CpuFeature feature) {
    if (present) features |= feature;
  };
  add(Bit(one.edx, 26), kSse2);
  add(Bit(one.ecx, 9), kSsse3);
  add(Bit(one.ecx, 19), kSse41);
  add(Bit(one.ecx, 28) && ymm, kAvx);
  add(Bit(one.ecx, 12) && ymm, kFma);
  add(Bit(seven.ebx, 5) && ymm, kAvx2);
  add(Bit(seven.ebx, 8), kBmi2);
  add(Bit(seven.ebx, 16) && zmm, kAvx512f);
  add(Bit(seven.ebx, 30) && zmm, kAvx512bw);
  add(Bit(seven.ebx, 31) && zmm, kAvx512vl);
  add(Bit(seven.ecx, 11) && zmm, kAvx512Vnni);
  add(Bit(seven.ebx, 29), kShaNi);
  return features;
}

void ReadBrand(char (&brand)[49]) {
  if (Cpuid(0x80000000, 0).eax < 0x80000004) return;
  for (uint32_t i = 0; i < 3; ++i) {
    const Registers r = Cpuid(0x80000002 + i, 0);
    std::memcpy(brand + 16 * i, &r, 16);
  }
  // Vendors pad with blanks on either side.
  const char* start = brand;
  while (*start == ' ') ++start;
  std::memmove(brand, start, std::strlen(start) + 1);
  size_t length = std::strlen(brand);
  while (length > 0 && brand[length - 1] == ' ') brand[--length] = '\0';
}

}  // namespace

Cpu DetectCpu() {
  Cpu cpu{};
  const Registers zero = Cpuid(0, 0);
  std::memcpy(cpu.vendor, &zero.ebx, 4);
  std::memcpy(cpu.vendor + 4, &zero.edx, 4);
  std::memcpy(cpu.vendor + 8, &zero.ecx, 4);
  ReadBrand(cpu.brand);
  cpu.features = Features(zero.eax);
  return cpu;
}

#elif defined(__aarch64__) || defined(_M_ARM64)

namespace {

bool HasSha2() {
#if defined(__linux__)
  constexpr unsigned long kHwcapSha2 = 1ul << 6;  // HWCAP_SHA2 of asm/hwcap.h
  return (getauxval(AT_HWCAP) & kHwcapSha2) != 0;
#elif defined(__APPLE__)
  // Untested. macOS 11 does not know the name, but runs on no Arm chip without the instructions.
  int present = 0;
  size_t size = sizeof present;
  return sysctlbyname("hw.optional.arm.FEAT_SHA256", &present, &size, nullptr, 0) != 0 ||
         present != 0;
#elif defined(_WIN32)
  return IsProcessorFeaturePresent(PF_ARM_V8_CRYPTO_INSTRUCTIONS_AVAILABLE) != 0;  // untested
#else
  return false;
#endif
}

}  // namespace

Cpu DetectCpu() {
  Cpu cpu{};
  cpu.features = kNeon;  // part of every 64-bit Arm CPU that runs Node
  if (HasSha2()) cpu.features |= kArmSha2;
  return cpu;
}

#else

Cpu DetectCpu() { return {}; }

#endif

}  // namespace hashgap

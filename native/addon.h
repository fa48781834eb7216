// The addon's state in one JavaScript environment.
#ifndef HASHGAP_NATIVE_ADDON_H_
#define HASHGAP_NATIVE_ADDON_H_

#include <napi.h>

#include "cpu_features.h"

namespace hashgap {

// One for the main thread and one for each worker that loads the addon; they share nothing.
class HashgapAddon : public Napi::Addon<HashgapAddon> {
 public:
  HashgapAddon(Napi::Env env, Napi::Object exports);

  const Cpu& cpu() const { return cpu_; }

 private:
  Napi::Value DescribeCpu(const Napi::CallbackInfo& info);
  Napi::Value ListKernels(const Napi::CallbackInfo& info);
  Napi::Value ScanOnce(const Napi::CallbackInfo& info);

  const Cpu cpu_ = DetectCpu();
};

inline HashgapAddon& AddonOf(Napi::Env env) { return *env.GetInstanceData<HashgapAddon>(); }

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_ADDON_H_

// The JavaScript class Pool: carries scans between the event loop and the threads.
#ifndef HASHGAP_NATIVE_POOL_OBJECT_H_
#define HASHGAP_NATIVE_POOL_OBJECT_H_

#include <napi.h>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "pool.h"

namespace hashgap {

// new Pool(kernel, threads, { pin = true, lowPriority = true } = {})
//   scan(midstates, tail, target, nonceStart, nonceCount, callback) -> id
//     then callback(noncesScanned, hits), hits being [nonce, versionIndex, ...]
//   cancel(id)    close()    cpuSeconds()
class PoolObject : public Napi::ObjectWrap<PoolObject> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit PoolObject(const Napi::CallbackInfo& info);
  ~PoolObject() override;

 private:
  struct Pending {
    std::unique_ptr<Scan> scan;
    Napi::FunctionReference callback;
  };

  static void Deliver(Napi::Env env, Napi::Function, PoolObject* self, Scan* scan);
  using Mailbox = Napi::TypedThreadSafeFunction<PoolObject, Scan, Deliver>;

  static void OnEnvironmentExit(void* self);

  Napi::Value StartScan(const Napi::CallbackInfo& info);
  void Cancel(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);
  Napi::Value CpuSeconds(const Napi::CallbackInfo& info);

  void OpenMailbox(Napi::Env env);
  void CloseMailbox(Napi::Env env);

  std::unique_ptr<Pool> pool_;  // null if the constructor threw
  Mailbox mailbox_;
  bool mailboxOpen_ = false;
  bool closed_ = false;
  uint32_t lastId_ = 0;
  // What was submitted and not yet called back, by id. The event loop's thread alone reads it.
  std::unordered_map<uint32_t, Pending> pending_;
};

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_POOL_OBJECT_H_

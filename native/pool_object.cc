// The JavaScript class Pool, and how it outlives neither its environment nor its scans.
#include "pool_object.h"

#include <utility>

#include "addon.h"
#include "arguments.h"
#include "results.h"

namespace hashgap {
namespace {

constexpr uint64_t kMostThreads = 1024;
// Hits one scan may report beyond those of its last batch. With targets so easy that this fills up,
// a scan ends early, which costs less than confirming what nobody has asked for yet.
constexpr uint32_t kSpareHits = 64;

}  // namespace

Napi::Function PoolObject::Define(Napi::Env env) {
  return DefineClass(
      env, "Pool",
      {InstanceMethod<&PoolObject::StartScan>("scan"),
       InstanceMethod<&PoolObject::Cancel>("cancel"), InstanceMethod<&PoolObject::Close>("close"),
       InstanceMethod<&PoolObject::CpuSeconds>("cpuSeconds")});
}

PoolObject::PoolObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  const Kernel* kernel = ReadKernel(info[0], AddonOf(info.Env()).cpu().features);
  if (kernel == nullptr) return;
  const auto threads = ReadInteger(info[1], "threads", 1, kMostThreads);
  if (!threads) return;
  const auto options = ReadPoolOptions(info[2]);
  if (!options) return;
  OpenMailbox(info.Env());
  // Any thread that ends a scan posts it to the event loop.
  const auto post = [](void* self, Scan* scan) {
    static_cast<PoolObject*>(self)->mailbox_.NonBlockingCall(scan);
  };
  pool_ = std::make_unique<Pool>(*kernel, *options, post, this);
  if (pool_->Start(static_cast<uint32_t>(*threads))) return;
  pool_.reset();
  CloseMailbox(info.Env());
  ThrowExpected(info.Env(), "the operating system to grant the threads asked for", info[1]);
}

// Reached with scans pending only when the environment is on its way out: they hold a reference.
PoolObject::~PoolObject() {
  if (pool_) pool_->Close();
  CloseMailbox(Env());
}

// An idle mailbox lets the process end; StartScan and Deliver hold it while a scan is pending.
void PoolObject::OpenMailbox(Napi::Env env) {
  mailbox_ = Mailbox::New(env, "hashgap.Pool", 0, 1, this);
  mailbox_.Unref(env);
  // Hooks run last in, first out: this one before the mailbox's own, made a moment ago.
  napi_add_env_cleanup_hook(env, OnEnvironmentExit, this);
  mailboxOpen_ = true;
}

void PoolObject::CloseMailbox(Napi::Env env) {
  if (!std::exchange(mailboxOpen_, false)) return;
  napi_remove_env_cleanup_hook(env, OnEnvironmentExit, this);
  mailbox_.Release();
}

// The threads must be gone before the environment is, and before its addon may be unloaded.
void PoolObject::OnEnvironmentExit(void* object) {
  PoolObject& self = *static_cast<PoolObject*>(object);
  if (self.pool_) self.pool_->Close();
  self.mailboxOpen_ = false;
  self.mailbox_.Release();
}

Napi::Value PoolObject::StartScan(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (closed_) {
    Napi::Error::New(env, "Expected an open pool, received a closed one.")
        .ThrowAsJavaScriptException();
    return {};
  }
  auto scan = std::make_unique<Scan>();
  if (!ReadScan(info, 0, *scan)) return {};
  if (!info[5].IsFunction()) {
    ThrowExpected(env, "callback to be a function", info[5]);
    return {};
  }
  do scan->id = ++lastId_;
  while (pending_.contains(lastId_));
  scan->hits.resize(pool_->kernel().lanes * scan->work.midstateCount + kSpareHits);
  if (pending_.empty()) {
    mailbox_.Ref(env);
    Ref();
  }
  Scan* const submitted = scan.get();
  pending_[lastId_] = {std::move(scan), Napi::Persistent(info[5].As<Napi::Function>())};
  pool_->Submit(submitted);
  return Napi::Number::New(env, lastId_);
}

void PoolObject::Deliver(Napi::Env env, Napi::Function, PoolObject* self, Scan* scan) {
  // Without an environment there is no one to tell; the scan goes with `self`.
  if (env == nullptr) return;
  auto done = self->pending_.extract(scan->id);
  if (self->pending_.empty()) {
    if (self->closed_) {
      self->CloseMailbox(env);
    } else {
      self->mailbox_.Unref(env);
    }
    self->Unref();
  }
  const Napi::Value hits = HitArray(env, *scan);
  if (hits.IsEmpty()) return;
  const auto scanned = Napi::Number::New(env, static_cast<double>(scan->noncesScanned));
  done.mapped().callback.Call({scanned, hits});
  // Node would only warn of an error thrown here, which is as uncaught as any other.
  if (env.IsExceptionPending()) {
    napi_fatal_exception(env, env.GetAndClearPendingException().Value());
  }
}

void PoolObject::Cancel(const Napi::CallbackInfo& info) {
  const auto id = ReadInteger(info[0], "id", 0, UINT32_MAX);
  if (!id) return;
  // A scan that has already been called back has nothing left to cancel.
  const auto found = pending_.find(static_cast<uint32_t>(*id));
  if (found != pending_.end()) pool_->Cancel(found->second.scan.get());
}

void PoolObject::Close(const Napi::CallbackInfo& info) {
  if (std::exchange(closed_, true)) return;
  pool_->Close();
  if (pending_.empty()) CloseMailbox(info.Env());
}

Napi::Value PoolObject::CpuSeconds(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), pool_->CpuSeconds());
}

}  // namespace hashgap

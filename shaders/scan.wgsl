// Searches nonces of one block header: each invocation hashes the header twice with a nonce of its own. Goes after sha256.wgsl.

// The header's first 64 bytes are the same for every nonce: the host has hashed them, and midstate is where that left SHA-256.
struct Job {
  midstate: array<vec4<u32>, 2>,
  // The next 12 bytes: the end of the merkle root, the time, and the target; one word of padding.
  tail: vec4<u32>,
}

// What changes from one dispatch to the next; ShaderKernel in kernel.ts writes it.
struct Dispatch {
  first: u32,
  count: u32,
  mask: u32,
  one: u32,
  rotates: array<vec4<u32>, 3>,
}

struct Hits {
  count: atomic<u32>,
  padding: u32,
  items: array<vec2<u32>, 63>,
}

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<uniform> dispatch: Dispatch;
@group(0) @binding(2) var<storage, read_write> hits: Hits;

// The header holds the nonce least significant byte first, SHA-256 reads words most significant byte first.
fn byte_swap(x: u32) -> u32 {
  return (x << 24u) | ((x & 0xff00u) << 8u) | ((x >> 8u) & 0xff00u) | (x >> 24u);
}

// The last word of the block hash, which as a number is its most significant one.
fn last_word(nonce: u32) -> u32 {
  let m0 = job.midstate[0];
  let m1 = job.midstate[1];
  let midstate = array<u32, 8>(m0.x, m0.y, m0.z, m0.w, m1.x, m1.y, m1.z, m1.w);
  // The last 16 bytes of the header; then the padding of section 5.1.1: a one bit, zeros, and the length of 640 bits.
  let first = compress(midstate, array<u32, 16>(
    job.tail.x, job.tail.y, job.tail.z, byte_swap(nonce), 0x80000000u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 640u));
  // Bitcoin hashes twice: the second message is the first digest of 256 bits.
  let second = compress(INITIAL, array<u32, 16>(
    first[0], first[1], first[2], first[3], first[4], first[5], first[6], first[7],
    0x80000000u, 0u, 0u, 0u, 0u, 0u, 0u, 256u));
  return second[7];
}

@compute @workgroup_size(64)
fn scan(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let index = id.x + id.y * groups.x * 64u;
  if (index >= dispatch.count) {
    return;
  }
  let nonce = dispatch.first + index;
  if ((last_word(nonce) & dispatch.mask) == 0u) {
    let at = atomicAdd(&hits.count, 1u);
    if (at < 63u) {
      hits.items[at] = vec2<u32>(nonce, 0u);
    }
  }
}

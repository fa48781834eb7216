// SHA-256 as FIPS 180-4 writes it, to be read: the kernel that explains, and the one that is left when a driver refuses the fast ones.

// Section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
const K = array<u32, 64>(
  0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u, 0xab1c5ed5u,
  0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu, 0x9bdc06a7u, 0xc19bf174u,
  0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu, 0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau,
  0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u, 0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u,
  0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu, 0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u,
  0xa2bfe8a1u, 0xa81a664bu, 0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u,
  0x19a4c116u, 0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
  0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u, 0xc67178f2u,
);

// Section 5.3.3: where every hash starts, the first 32 bits of the fractional parts of the square roots of the first 8 primes.
const INITIAL = array<u32, 8>(
  0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au, 0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u,
);

// Section 4.1.2: the six functions everything is made of.
fn rotr(x: u32, n: u32) -> u32 { return (x >> n) | (x << (32u - n)); }
fn ch(x: u32, y: u32, z: u32) -> u32 { return (x & y) ^ (~x & z); }
fn maj(x: u32, y: u32, z: u32) -> u32 { return (x & y) ^ (x & z) ^ (y & z); }
fn big_sigma0(x: u32) -> u32 { return rotr(x, 2u) ^ rotr(x, 13u) ^ rotr(x, 22u); }
fn big_sigma1(x: u32) -> u32 { return rotr(x, 6u) ^ rotr(x, 11u) ^ rotr(x, 25u); }
fn small_sigma0(x: u32) -> u32 { return rotr(x, 7u) ^ rotr(x, 18u) ^ (x >> 3u); }
fn small_sigma1(x: u32) -> u32 { return rotr(x, 17u) ^ rotr(x, 19u) ^ (x >> 10u); }

// Section 6.2.2: mixes one block of 16 words into a state of 8 words.
fn compress(state: array<u32, 8>, block: array<u32, 16>) -> array<u32, 8> {
  // Only the last 16 words of the message schedule are ever needed: w holds word t at t modulo 16.
  var w = block;
  var s = state;
  for (var t = 0u; t < 64u; t++) {
    if (t >= 16u) {
      w[t & 15u] += small_sigma0(w[(t + 1u) & 15u]) + w[(t + 9u) & 15u] + small_sigma1(w[(t + 14u) & 15u]);
    }
    let t1 = s[7] + big_sigma1(s[4]) + ch(s[4], s[5], s[6]) + K[t] + w[t & 15u];
    let t2 = big_sigma0(s[0]) + maj(s[0], s[1], s[2]);
    s = array<u32, 8>(t1 + t2, s[0], s[1], s[2], s[3] + t1, s[4], s[5], s[6]);
  }
  return array<u32, 8>(
    state[0] + s[0], state[1] + s[1], state[2] + s[2], state[3] + s[3],
    state[4] + s[4], state[5] + s[5], state[6] + s[6], state[7] + s[7],
  );
}

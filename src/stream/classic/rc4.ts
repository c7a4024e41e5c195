const STATE_BYTES = 256

/**
 * RC4 (RFC 6229), which OpenSSL 3 dropped and 0.2 used by default. It is broken;
 * here is only what a 0.2 peer without other ciphers needs. Encrypting and
 * decrypting are the same.
 *
 * @param key - 1 to 256 bytes
 * @returns a new array
 */
export function rc4 (key: Uint8Array, data: Uint8Array): Uint8Array {
  const state = schedule(key)
  const out = new Uint8Array(data.byteLength)
  let i = 0
  let j = 0

  for (let n = 0; n < data.byteLength; n++) {
    i = (i + 1) & 0xff
    const si = state[i]
    j = (j + si) & 0xff
    const sj = state[j]
    state[i] = sj
    state[j] = si
    out[n] = data[n] ^ state[(si + sj) & 0xff]
  }

  return out
}

function schedule (key: Uint8Array): Uint8Array {
  const state = Uint8Array.from({ length: STATE_BYTES }, (_, i) => i)
  let j = 0

  for (let i = 0; i < STATE_BYTES; i++) {
    const si = state[i]
    j = (j + si + key[i % key.byteLength]) & 0xff
    state[i] = state[j]
    state[j] = si
  }

  return state
}

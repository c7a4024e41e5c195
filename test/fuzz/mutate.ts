import { concat } from '../../src/encoding/bytes.ts'

/** A number from 0 on below `limit`. */
export type Random = (limit: number) => number

/** The same numbers for the same seed (xorshift32). */
export function randomFrom (seed: number): Random {
  let state = seed | 1

  return limit => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5

    return (state >>> 0) % limit
  }
}

type Mutation = (bytes: Uint8Array, other: Uint8Array, random: Random) => Uint8Array

/** An input changed in a few places; `pick` gives other inputs and values that are worth trying. */
export function mutate (input: Uint8Array, pick: () => Uint8Array, maxBytes: number, random: Random): Uint8Array {
  let bytes = input

  for (let times = 1 + random(4); times > 0; times--) {
    bytes = MUTATIONS[random(MUTATIONS.length)](bytes, pick(), random)
  }

  return bytes.slice(0, maxBytes)
}

const MUTATIONS: Mutation[] = [
  // a bit, a byte, a step
  (bytes, _, random) => changed(bytes, random, byte => byte ^ 1 << random(8)),
  (bytes, _, random) => changed(bytes, random, () => random(256)),
  (bytes, _, random) => changed(bytes, random, byte => byte + 1 - 2 * random(2)),

  // one more, some less
  (bytes, _, random) => splice(bytes, random(bytes.byteLength + 1), 0, Uint8Array.of(random(256))),
  (bytes, _, random) => splice(bytes, random(bytes.byteLength + 1), 1 + random(16), new Uint8Array()),

  // a part again, elsewhere
  (bytes, _, random) => splice(bytes, random(bytes.byteLength + 1), 0, part(bytes, random)),

  // something else into it, in place of it, or from there on
  (bytes, other, random) => splice(bytes, random(bytes.byteLength + 1), 0, part(other, random)),
  (bytes, other, random) => splice(bytes, random(bytes.byteLength + 1), other.byteLength, other),
  (bytes, other, random) => splice(bytes, random(bytes.byteLength + 1), Infinity, part(other, random))
]

function changed (bytes: Uint8Array, random: Random, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice()

  if (copy.byteLength > 0) {
    const at = random(copy.byteLength)
    copy[at] = change(copy[at])
  }

  return copy
}

function part (bytes: Uint8Array, random: Random): Uint8Array {
  const start = random(bytes.byteLength + 1)

  return bytes.subarray(start, start + random(bytes.byteLength - start + 1))
}

function splice (bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  return concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)])
}

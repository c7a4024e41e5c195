import { constantFrom, nat, array, record, shuffledSubarray, uint8Array } from 'fast-check'
import { CIPHERS, GROUPS } from '../../src/constants.ts'
import type { CipherName, GroupName } from '../../src/constants.ts'
import type { Suite } from '../../src/key-schedule.ts'
import type { Arbitrary } from 'fast-check'

/** A list of some known groups, in any order. */
export const groups: Arbitrary<GroupName[]> = shuffledSubarray([...GROUPS], { minLength: 1 })

/** A list of some known ciphers, in any order. */
export const ciphers: Arbitrary<CipherName[]> = shuffledSubarray([...CIPHERS], { minLength: 1 })

export const suite: Arbitrary<Suite> = record({ group: constantFrom(...GROUPS), cipher: constantFrom(...CIPHERS) })

/** Writes of a few bytes each. */
export const writes: Arbitrary<Uint8Array[]> = array(uint8Array({ maxLength: 200 }), { maxLength: 12 })

/** Lengths of chunks, to be used in turn. */
export const chunkLengths: Arbitrary<number[]> = array(nat({ max: 300 }).map(length => length + 1), { minLength: 1, maxLength: 20 })

/** Cuts `bytes` into chunks of these lengths, from the first again when there are no more. */
export function chunksOf (bytes: Uint8Array, lengths: number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []

  for (let start = 0; start < bytes.byteLength;) {
    const length = lengths[chunks.length % lengths.length]
    chunks.push(bytes.subarray(start, start + length))
    start += length
  }

  return chunks
}

/** `bytes` with one bit changed. */
export function flipBit (bytes: Uint8Array, bit: number): Uint8Array {
  const changed = bytes.slice()
  changed[bit >> 3] ^= 1 << (bit & 7)

  return changed
}

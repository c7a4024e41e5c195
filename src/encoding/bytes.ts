/** A value that some runtimes give at once and others later. */
export type MaybePromise<T> = T | Promise<T>

const encoder = new TextEncoder()

/** `text` in UTF-8. */
export function utf8 (text: string): Uint8Array {
  return encoder.encode(text)
}

/**
 * An array whose bytes are not cleared, for callers that write all of them and
 * do not keep it: a small one may be a window on a shared pool.
 */
export function allocUnsafe (length: number): Uint8Array {
  return globalThis.Buffer?.allocUnsafe?.(length) ?? new Uint8Array(length)
}

/** One new array that holds `parts` in order. */
export function concat (parts: readonly Uint8Array[]): Uint8Array {
  let length = 0

  for (const part of parts) {
    length += part.byteLength
  }

  const bytes = new Uint8Array(length)
  let offset = 0

  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.byteLength
  }

  return bytes
}

/**
 * Order of two byte strings, as `Array.prototype.sort` wants it. Not constant
 * time: for public values only.
 */
export function compare (a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.byteLength, b.byteLength)

  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) {
      return a[i] - b[i]
    }
  }

  return a.byteLength - b.byteLength
}

/** Whether two public byte strings are the same. */
export function equals (a: Uint8Array, b: Uint8Array): boolean {
  return compare(a, b) === 0
}

/** Overwrites secrets. JavaScript promises no more than that this copy is gone. */
export function wipe (...secrets: Uint8Array[]): void {
  for (const secret of secrets) {
    secret.fill(0)
  }
}

/** Bytes in hexadecimal, small letters. */
export function toHex (bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** The bytes that an even number of hexadecimal digits spells. */
export function fromHex (digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], byte => parseInt(byte, 16))
}

// Three codecs give the same: Node's Buffer, the array's own of newer runtimes,
// and a loop over atob(), which is an order of magnitude slower. Found by use,
// not by the runtime's name.
const native = globalThis.Buffer?.from != null ? globalThis.Buffer : undefined

interface Base64Array extends Uint8Array {
  toBase64? (): string
}

const Base64Decoder = Uint8Array as typeof Uint8Array & {
  fromBase64? (text: string, options: { lastChunkHandling: 'strict' }): Uint8Array
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function encodeBase64 (bytes: Base64Array): string {
  if (native != null) {
    return native.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  }

  return bytes.toBase64?.() ?? btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
}

/**
 * Decodes standard padded base64 and nothing else: no white space, no other
 * alphabet, no missing padding, no stray bits. Each byte string has one
 * encoding, so decoding and encoding again is the check.
 *
 * @returns `undefined` when `text` is not the one encoding of any bytes
 */
export function decodeBase64 (text: string): Uint8Array | undefined {
  try {
    const bytes = decode(text)

    return encodeBase64(bytes) === text ? bytes : undefined
  } catch {
    return undefined
  }
}

function decode (text: string): Uint8Array {
  if (native != null) {
    // not from(): that takes its memory from a pool, of which anything small that
    // lives as long as a connection then keeps a whole slab alive
    const bytes = native.allocUnsafeSlow(native.byteLength(text, 'base64'))

    return bytes.subarray(0, bytes.write(text, 'base64'))
  }

  return Base64Decoder.fromBase64?.(text, { lastChunkHandling: 'strict' }) ?? Uint8Array.from(atob(text), character => character.charCodeAt(0))
}

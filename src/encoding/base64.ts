// Where a runtime has Node's Buffer its codec is an order of magnitude faster
// than a loop over atob(); found by use, not by the runtime's name.
const native = globalThis.Buffer?.from != null ? globalThis.Buffer : undefined

/** Standard base64 with padding (RFC 4648 section 4). */
export function encodeBase64 (bytes: Uint8Array): string {
  if (native != null) {
    return native.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  }

  let binary = ''

  for (const byte of bytes) {
    binary += String.fromCharCode(byte)
  }

  return btoa(binary)
}

/**
 * Decodes standard padded base64 and nothing else: no white space, no other
 * alphabet, no missing padding, no stray bits. Each byte string has one
 * encoding, so decoding and encoding again is the check.
 *
 * @returns `undefined` when `text` is not the one encoding of any bytes
 */
export function decodeBase64 (text: string): Uint8Array | undefined {
  const bytes = native != null ? decodeNative(native, text) : decodeBinary(text)

  return bytes != null && encodeBase64(bytes) === text ? bytes : undefined
}

// not from(): that takes its memory from a pool, of which anything small that
// lives as long as a connection then keeps a whole slab alive
function decodeNative (native: typeof globalThis.Buffer, text: string): Uint8Array {
  const bytes = native.allocUnsafeSlow(native.byteLength(text, 'base64'))

  return bytes.subarray(0, bytes.write(text, 'base64'))
}

function decodeBinary (text: string): Uint8Array | undefined {
  try {
    const binary = atob(text)
    const bytes = new Uint8Array(binary.length)

    for (let i = 0; i < binary.length; i++) {
      bytes[i] = binary.charCodeAt(i)
    }

    return bytes
  } catch {
    return undefined
  }
}

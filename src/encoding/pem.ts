import { decodeBase64, encodeBase64 } from './base64.ts'

const HEADER = '-----BEGIN PUBLIC KEY-----\n'
const FOOTER = '-----END PUBLIC KEY-----\n'
const LINE_CHARACTERS = 64

/** SPKI bytes as PEM (RFC 7468): lines of 64, LF, final LF. */
export function encodePem (spki: Uint8Array): string {
  const base64 = encodeBase64(spki)
  let pem = HEADER

  for (let i = 0; i < base64.length; i += LINE_CHARACTERS) {
    pem += base64.slice(i, i + LINE_CHARACTERS) + '\n'
  }

  return pem + FOOTER
}

/**
 * The SPKI bytes of a PEM in the one form that {@link encodePem} gives.
 *
 * @returns `undefined` for any other form, even of the same key
 */
export function decodePem (pem: string): Uint8Array | undefined {
  const spki = decodeBase64(pem.slice(HEADER.length, -FOOTER.length).replaceAll('\n', ''))

  // which looks at what was cut off as well
  return spki != null && encodePem(spki) === pem ? spki : undefined
}

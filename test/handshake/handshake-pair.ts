import { nobleBackend } from '../../src/crypto/noble.ts'
import { concat } from '../../src/encoding/bytes.ts'
import { CarrierClosedError } from '../../src/errors.ts'
import { handshake } from '../../src/handshake/handshake.ts'
import { LineReader } from '../../src/handshake/line-reader.ts'
import { parseIdentityKey } from '../../src/identity/public-key.ts'
import { identityFromPrivateKey, vectorIdentity } from '../vectors/identities.ts'
import type { HandshakeCarrier, HandshakeOptions, HandshakeResult } from '../../src/handshake/handshake.ts'
import type { Role } from '../../src/handshake/header.ts'
import type { KeyType } from '../../src/identity/public-key.ts'
import type { Signer } from '../../src/identity/signer.ts'

/** How bytes travel between the two ends. */
export interface Travel {
  /** Cuts what one write gave into the chunks that arrive. */
  split? (bytes: Uint8Array): Uint8Array[]

  /** What a man in the middle makes of the lines of one side; `index` counts that side's lines. */
  tamper? (from: 'first' | 'second', line: Uint8Array, index: number): Uint8Array
}

/** What one side made of a handshake. */
export interface Outcome {
  result?: HandshakeResult
  error?: any

  /** All bytes that it wrote, untampered. */
  sent: Uint8Array

  /** What followed the last line that it read. */
  rest: Uint8Array
}

/** An identity's signer for the handshake. */
export function signerOf (type: KeyType, name: string | Uint8Array = 'test'): Signer {
  const { pem, sign } = typeof name === 'string' ? vectorIdentity(type, name) : identityFromPrivateKey(type, name)

  return { key: parseIdentityKey(type, pem), sign }
}

/** Options with which any two sides agree; `init` overrides them. */
export function handshakeOptions (role: Role, init: Partial<HandshakeOptions> = {}): HandshakeOptions {
  return {
    backend: nobleBackend,
    role,
    signer: signerOf('ed25519', role),
    groups: ['x25519'],
    ciphers: ['chacha20-poly1305', 'aes-256-gcm'],
    fields: {},
    verifyPeer: () => {},
    identify: () => {},
    ...init
  }
}

/** Runs both sides against each other until both are done; a side that fails closes the carrier. */
export async function handshakePair (first: HandshakeOptions, second: HandshakeOptions, travel: Travel = {}): Promise<{ first: Outcome, second: Outcome }> {
  const ends = { first: new End('first', travel), second: new End('second', travel) }
  ends.first.remote = ends.second
  ends.second.remote = ends.first

  const [firstOutcome, secondOutcome] = await Promise.all([run(ends.first, first), run(ends.second, second)])

  return { first: firstOutcome, second: secondOutcome }
}

async function run (end: End, options: HandshakeOptions): Promise<Outcome> {
  try {
    const result = await handshake(end, options)

    return { result, sent: concat(end.sent), rest: end.reader.takeRest() }
  } catch (error) {
    end.remote?.reader.fail(new CarrierClosedError())

    return { error, sent: concat(end.sent), rest: end.reader.takeRest() }
  }
}

class End implements HandshakeCarrier {
  readonly reader = new LineReader()
  readonly sent: Uint8Array[] = []
  remote?: End
  readonly #name: 'first' | 'second'
  readonly #travel: Travel
  #lines = 0

  constructor (name: 'first' | 'second', travel: Travel) {
    this.#name = name
    this.#travel = travel
  }

  async readLine (): Promise<Uint8Array> {
    return this.reader.readLine()
  }

  write (bytes: Uint8Array): void {
    this.sent.push(bytes.slice())
    const arriving = concat(linesOf(bytes).map(line => this.#travel.tamper?.(this.#name, line, this.#lines++) ?? line))

    for (const chunk of this.#travel.split?.(arriving) ?? [arriving]) {
      this.remote?.reader.push(chunk)
    }
  }
}

/** Cuts bytes after every newline; what follows the last one is a line as well. */
export function linesOf (bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  let start = 0

  while (start < bytes.byteLength) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline === -1 ? bytes.byteLength : newline + 1
    lines.push(bytes.slice(start, end))
    start = end
  }

  return lines
}

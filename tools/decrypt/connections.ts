import { concat } from '../../src/encoding/bytes.ts'
import { segmentOf } from './segment.ts'
import type { Packet } from './capture.ts'
import type { Segment } from './segment.ts'

/** What one end of a connection sent, as far as it was captured without a gap. */
export interface Sent {
  /** `address:port`. */
  readonly from: string
  readonly bytes: Uint8Array

  /** Where the packets' parts of `bytes` end, in order. */
  readonly arrivals: ReadonlyArray<{ readonly end: number, readonly packet: number }>

  /** Whether packets are missing: what comes after the gap is not in `bytes`. */
  readonly hasGap: boolean
}

/** A TCP connection; the side that opened it is first, where the capture shows that. */
export type Connection = readonly [Sent, Sent]

/** All TCP connections of a capture, in the order in which they begin. */
export function connectionsOf (packets: readonly Packet[]): Connection[] {
  const connections: Array<[Direction, Direction]> = []
  const open = new Map<string, [Direction, Direction]>()

  for (const [number, packet] of packets.entries()) {
    const segment = segmentOf(packet)

    if (segment == null) {
      continue
    }

    const name = [segment.from, segment.to].sort().join(' ')
    let connection = open.get(name)

    // the same ports again, for another connection
    if (connection == null || (segment.syn && !segment.ack && connection[0].isAnother(segment))) {
      connection = segment.syn && segment.ack
        ? [new Direction(segment.to), new Direction(segment.from)]
        : [new Direction(segment.from), new Direction(segment.to)]
      open.set(name, connection)
      connections.push(connection)
    }

    connection[segment.from === connection[0].from ? 0 : 1].take(segment, number)
  }

  return connections.map(([first, second]) => [first.sent(), second.sent()])
}

/** One direction of a connection, put together from segments in any order, repeated or not. */
class Direction {
  readonly from: string
  readonly #parts: Uint8Array[] = []
  readonly #arrivals: Array<{ end: number, packet: number }> = []
  #waiting: Segment[] = []
  #initial?: number

  // of the next byte
  #next?: number
  #bytes = 0

  constructor (from: string) {
    this.from = from
  }

  /** Whether this SYN belongs to another connection than what was seen so far. */
  isAnother ({ sequence }: Segment): boolean {
    return this.#initial != null && sequence !== this.#initial
  }

  take (segment: Segment, packet: number): void {
    const { sequence, syn, payload } = segment

    if (syn) {
      this.#initial ??= sequence
    }

    // without a SYN the capture began later, and this is all that there is
    this.#next ??= syn ? after(sequence, 1) : sequence

    if (payload.byteLength > 0) {
      this.#waiting.push(syn ? { ...segment, sequence: after(sequence, 1) } : segment)
      this.#join(packet)
    }
  }

  sent (): Sent {
    return { from: this.from, bytes: concat(this.#parts), arrivals: this.#arrivals, hasGap: this.#waiting.length > 0 }
  }

  #join (packet: number): void {
    let joined = true

    while (joined) {
      joined = false
      const waiting = this.#waiting
      this.#waiting = []

      for (const segment of waiting) {
        const known = distance(segment.sequence, this.#next ?? 0)

        if (known < 0) {
          this.#waiting.push(segment)
        } else if (known < segment.payload.byteLength) {
          // sent again with more behind it, or just what is next
          const part = segment.payload.subarray(known)
          this.#parts.push(part)
          this.#bytes += part.byteLength
          this.#next = after(this.#next ?? 0, part.byteLength)
          this.#arrivals.push({ end: this.#bytes, packet })
          joined = true
        }
      }
    }
  }
}

// sequence numbers are modulo 2^32
function after (sequence: number, bytes: number): number {
  return (sequence + bytes) >>> 0
}

/** How far `to` is after `from`; below 0 when it is before. */
function distance (from: number, to: number): number {
  return (to - from) | 0
}

import { MAX_FLUSH_BYTES, MAX_POOLED_BUFFERS, POOL_FROM_BYTES } from '../constants.ts'
import { allocUnsafe } from '../encoding/bytes.ts'
import { sealedBytes } from '../record/sealer.ts'
import type { MessageStream } from '@libp2p/interface'

// Typed-array memory is what makes the garbage collector run: without this half
// of the time of a fast sender goes there. Only for a TCP socket of Node.js is
// it known when memory is free again, because that is copied to the kernel.
// Any other carrier may hold on to what it was given, or hand it to others.

/** The part of a `net.Socket` that is looked at. */
interface Socket {
  /** Bytes that were written and are not in the kernel yet. */
  readonly writableLength: number
}

// what connections share: records that were sent, nothing secret
const pool: Uint8Array[] = []

/** Memory for records on their way to a TCP socket, used again once they are in the kernel. */
export class SocketMemory {
  readonly #carrier: MessageStream
  readonly #socket: Socket
  #lent: Uint8Array[] = []

  private constructor (carrier: MessageStream, socket: Socket) {
    this.#carrier = carrier
    this.#socket = socket
  }

  /** @returns `undefined` unless the carrier is a connection of the TCP transport */
  static of (carrier: MessageStream): SocketMemory | undefined {
    // the transport has no public name for it
    const { socket } = carrier as { socket?: Partial<Socket & { resetAndDestroy (): void }> }

    if (typeof socket?.writableLength !== 'number' || typeof socket.resetAndDestroy !== 'function') {
      return undefined
    }

    return new SocketMemory(carrier, socket as Socket)
  }

  /** Memory for one write of `bytes` bytes; those that are not followed by a drain event get memory of their own. */
  allocate (bytes: number): Uint8Array {
    if (bytes < POOL_FROM_BYTES) {
      return allocUnsafe(bytes)
    }

    this.reclaim()
    const buffer = pool.pop() ?? allocUnsafe(sealedBytes(MAX_FLUSH_BYTES))
    this.#lent.push(buffer)

    return buffer.subarray(0, bytes)
  }

  /** Takes back what was lent, if the socket has let go of all of it. */
  reclaim (): void {
    if (this.#lent.length > 0 && this.#socket.writableLength === 0 && this.#carrier.writeBufferLength === 0) {
      pool.push(...this.#lent.splice(0, MAX_POOLED_BUFFERS - pool.length))
      this.#lent = []
    }
  }

  /**
   * Gives a chunk's memory back at once, after its last byte was decrypted. The
   * socket makes a buffer for every read and gives it to nobody else.
   */
  release (chunk: Uint8Array): void {
    if (chunk.byteLength >= POOL_FROM_BYTES / 4 && chunk.byteLength === chunk.buffer.byteLength) {
      (chunk.buffer as ArrayBuffer).transfer(0)
    }
  }
}

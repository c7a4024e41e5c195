import { MAX_FLUSH_BYTES, MAX_POOLED_BUFFERS, POOL_FROM_BYTES, RELEASE_FROM_BYTES } from '../constants.ts'
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

  /** Bytes that were ever written, those of `writableLength` included. */
  readonly bytesWritten: number
}

// what connections share: records that were sent, nothing secret
const pool: Uint8Array[] = []

/** Memory for records on their way to a TCP socket, used again once they are in the kernel. */
export class SocketMemory {
  readonly #carrier: MessageStream
  readonly #socket: Socket
  #lent: Uint8Array[] = []

  // what bytesWritten is at least when the socket was given all that was allocated
  #expectedBytes: number

  private constructor (carrier: MessageStream, socket: Socket) {
    this.#carrier = carrier
    this.#socket = socket
    this.#expectedBytes = socket.bytesWritten
  }

  /** @returns `undefined` unless the carrier is a connection of the TCP transport */
  static of (carrier: MessageStream): SocketMemory | undefined {
    // the transport has no public name for it
    const { socket } = carrier as { socket?: Partial<Socket & { resetAndDestroy (): void }> }

    if (typeof socket?.writableLength !== 'number' || typeof socket.bytesWritten !== 'number' || typeof socket.resetAndDestroy !== 'function') {
      return undefined
    }

    return new SocketMemory(carrier, socket as Socket)
  }

  /** Memory for one write of `bytes` bytes; small ones are not followed by a drain event, after which it comes back. */
  allocate (bytes: number): Uint8Array {
    this.reclaim()
    this.#expectedBytes += bytes

    if (bytes < POOL_FROM_BYTES) {
      return allocUnsafe(bytes)
    }

    const buffer = pool.pop() ?? allocUnsafe(sealedBytes(MAX_FLUSH_BYTES))
    this.#lent.push(buffer)

    return buffer.subarray(0, bytes)
  }

  /** Takes back what was lent, if the socket has let go of all of it. */
  reclaim (): void {
    if (this.#lent.length > 0 && this.#hasLetGo()) {
      pool.push(...this.#lent.splice(0, MAX_POOLED_BUFFERS - pool.length))
      this.#lent = []
    }
  }

  #hasLetGo (): boolean {
    return this.#socket.writableLength === 0 &&
      this.#socket.bytesWritten >= this.#expectedBytes &&
      this.#carrier.writeBufferLength === 0
  }

  /**
   * Gives a chunk's memory back at once, after its last byte was decrypted. The
   * socket makes a buffer for every read and gives it to nobody else.
   */
  release (chunk: Uint8Array): void {
    if (chunk.byteLength >= RELEASE_FROM_BYTES && chunk.byteLength === chunk.buffer.byteLength) {
      (chunk.buffer as ArrayBuffer).transfer(0)
    }
  }
}

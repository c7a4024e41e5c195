/**
 * The ceilings: what Node.js does without libp2p, one socket per channel.
 */

import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
import { once } from 'node:events'
import { createServer, connect as netConnect } from 'node:net'
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls'
import type { Channel, ChannelHandlers, Endpoint } from './channel.ts'
import type { CeilingName } from '../subjects.ts'
import type { DecipherGCM } from 'node:crypto'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'

const ALGORITHM = 'aes-256-gcm'
const LENGTH_BYTES = 4
const IV_BYTES = 12
const TAG_BYTES = 16

// both ends know it: a ceiling needs no handshake
const KEY = createSecretKey(Buffer.alloc(32, 1))

// a shared key spares the benchmark a certificate, the records are AES-256-GCM
const TLS_OPTIONS: TlsOptions = {
  ciphers: 'PSK-AES256-GCM-SHA384',
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2'
}

export async function listenRaw (subject: CeilingName): Promise<Endpoint> {
  const endpoint: Endpoint = {
    async open (): Promise<Channel> {
      throw new Error('the listener opens no channels')
    }
  }
  const accept = (socket: Socket): void => {
    endpoint.accept?.(wrap(subject, socket))
  }
  const server: Server = subject === 'node:tls'
    ? createTlsServer({ ...TLS_OPTIONS, pskCallback: () => KEY.export() }, accept)
    : createServer({ allowHalfOpen: true }, accept)

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  endpoint.address = String((server.address() as AddressInfo).port)

  return endpoint
}

export async function connectRaw (subject: CeilingName, address: string): Promise<Endpoint> {
  const to = { host: '127.0.0.1', port: Number(address), allowHalfOpen: true }

  return {
    async open (): Promise<Channel> {
      const socket = subject === 'node:tls'
        ? tlsConnect({
          ...to,
          ...TLS_OPTIONS,
          pskCallback: () => ({ psk: KEY.export(), identity: 'benchmark' }),
          checkServerIdentity: () => undefined
        })
        : netConnect(to)

      await once(socket, subject === 'node:tls' ? 'secureConnect' : 'connect')

      return wrap(subject, socket)
    }
  }
}

function wrap (subject: CeilingName, socket: Socket): Channel {
  return subject === 'raw tcp + aes-256-gcm' ? new SealedSocketChannel(socket) : new SocketChannel(socket)
}

class SocketChannel implements Channel {
  protected readonly socket: Socket

  constructor (socket: Socket) {
    this.socket = socket.setNoDelay(true)
  }

  send (data: Uint8Array): boolean {
    return this.socket.write(data)
  }

  async drained (): Promise<void> {
    await once(this.socket, 'drain')
  }

  async end (): Promise<void> {
    this.socket.end()
  }

  handle (handlers: ChannelHandlers): void {
    this.socket.on('data', chunk => { handlers.data(chunk) })
    this.socket.once('end', () => { handlers.end() })
    this.socket.once('error', err => { handlers.error(err) })
  }
}

/** A record per write: length, ciphertext, tag */
class SealedSocketChannel extends SocketChannel {
  #sent = 0
  #opener = new Opener()

  send (data: Uint8Array): boolean {
    const cipher = createCipheriv(ALGORITHM, KEY, nonce(this.#sent++))
    const record = Buffer.allocUnsafeSlow(LENGTH_BYTES + data.byteLength + TAG_BYTES)
    record.writeUint32BE(data.byteLength)
    const ciphertext = cipher.update(data)
    record.set(ciphertext, LENGTH_BYTES)
    release(ciphertext)
    cipher.final()
    record.set(cipher.getAuthTag(), LENGTH_BYTES + data.byteLength)

    return this.socket.write(record, () => {
      release(record)
    })
  }

  handle (handlers: ChannelHandlers): void {
    super.handle({
      ...handlers,
      data: chunk => {
        this.#opener.push(chunk as Uint8Array, handlers.data)
      }
    })
  }
}

/** Decrypts as chunks arrive, hands out a record's pieces after its tag */
class Opener {
  #opened = 0
  #prefix = Buffer.alloc(0)
  #decipher?: DecipherGCM
  #missing = 0
  #pieces: Uint8Array[] = []

  push (chunk: Uint8Array, deliver: (plaintext: Uint8Array) => void): void {
    while (chunk.byteLength > 0) {
      if (this.#decipher == null) {
        chunk = this.#readLength(chunk)
      } else if (this.#missing > 0) {
        chunk = this.#readCiphertext(this.#decipher, chunk)
      } else {
        chunk = this.#readTag(this.#decipher, chunk, deliver)
      }
    }
  }

  #readLength (chunk: Uint8Array): Uint8Array {
    const rest = this.#collect(chunk, LENGTH_BYTES)

    if (this.#prefix.byteLength === LENGTH_BYTES) {
      this.#missing = this.#prefix.readUint32BE()
      this.#decipher = createDecipheriv(ALGORITHM, KEY, nonce(this.#opened++))
      this.#prefix = Buffer.alloc(0)
    }

    return rest
  }

  #readCiphertext (decipher: DecipherGCM, chunk: Uint8Array): Uint8Array {
    const part = chunk.subarray(0, this.#missing)
    this.#pieces.push(decipher.update(part))
    this.#missing -= part.byteLength

    return chunk.subarray(part.byteLength)
  }

  #readTag (decipher: DecipherGCM, chunk: Uint8Array, deliver: (plaintext: Uint8Array) => void): Uint8Array {
    const rest = this.#collect(chunk, TAG_BYTES)

    if (this.#prefix.byteLength === TAG_BYTES) {
      decipher.setAuthTag(this.#prefix)
      decipher.final()
      this.#pieces.forEach(piece => {
        deliver(piece)
        release(piece)
      })
      this.#pieces = []
      this.#decipher = undefined
      this.#prefix = Buffer.alloc(0)
    }

    return rest
  }

  #collect (chunk: Uint8Array, length: number): Uint8Array {
    const missing = length - this.#prefix.byteLength
    this.#prefix = Buffer.concat([this.#prefix, chunk.subarray(0, missing)])

    return chunk.subarray(missing)
  }
}

function nonce (sequence: number): Uint8Array {
  const iv = Buffer.alloc(IV_BYTES)
  iv.writeUint32BE(sequence, IV_BYTES - LENGTH_BYTES)

  return iv
}

/**
 * Give memory back at once that the garbage collector would find late. A ceiling
 * may: nobody here keeps what was delivered.
 */
function release (buffer: Uint8Array): void {
  if (buffer.buffer instanceof ArrayBuffer && buffer.byteLength === buffer.buffer.byteLength) {
    buffer.buffer.transfer(0)
  }
}

import type { PlaintextSink } from '../record/record-reader.ts'
import type { RecordSink } from '../record/record-writer.ts'
import type { PeerId } from '@libp2p/interface'

/** A version of the protocol, as the stream API uses it: 1.0, or 0.2 where asked for. */
export interface StreamProtocol {
  /**
   * One handshake, from its first line to the accepted peer.
   *
   * @throws an error of `errors.ts`, or what `wire` and `hooks` throw
   */
  handshake (wire: Wire, hooks: HandshakeHooks): Promise<StreamSession>
}

/** The wire, as far as a handshake sees it. */
export interface Wire {
  /** The next line, newline included; rejects when the wire ends or time is up. */
  readLine (): Promise<Uint8Array>
  write (bytes: Uint8Array): void
}

/** What a handshake tells the application, and asks it. */
export interface HandshakeHooks {
  /** The other side's signed header has arrived. */
  header (header: SignedHeader): void

  /** Resolves when every listener accepted; rejects to refuse. */
  identify (remote: ProvenIdentity): Promise<void>
}

/** The seed's header: what a side says of itself, and its signature. */
export interface SignedHeader {
  /** A JSON text: token, key and more. */
  readonly payload: string

  /** The signature, in base64. */
  readonly hash: string
}

/** Who the other side is, proven by its signature. */
export interface ProvenIdentity {
  readonly key: {
    /** `rsa`; in 1.0 also `ed25519`, `secp256k1` or `ecdsa`. */
    readonly type: string

    /** PEM: PKCS#1 of an RSA key, as rsa-json writes it, SPKI of the others; in 0.2 as it was sent. */
    readonly public: string
  }

  /** The same as in libp2p. */
  readonly peerId: PeerId

  /** The elected cipher. */
  readonly cipher: string

  /** The elected key exchange; 0.2 has only one. */
  readonly group?: string
}

/** Records or frames of both directions. */
export interface StreamSession {
  createReader (sink: PlaintextSink): StreamReader
  createWriter (sink: RecordSink): StreamWriter

  /** Ends a session that nobody will use. */
  wipe (): void
}

/** The direction in, which the core's `RecordReader` is. */
export interface StreamReader {
  /** Bytes that wait to be opened. */
  readonly bufferedBytes: number

  /** Takes what the wire brought. */
  push (chunk: Uint8Array): void

  /** The wire brings nothing more. */
  finish (): void

  /** Nothing more is given to the sink. */
  close (): void
}

/** The direction out, which the core's `RecordWriter` is. */
export interface StreamWriter {
  /** Bytes that wait to be sealed. */
  readonly bufferedBytes: number

  /** Takes bytes that must not change until they were sealed. */
  write (bytes: Uint8Array): boolean

  /** The wire takes more. */
  drained (): void

  /** Sends the authenticated end, after all that was written. */
  end (): Promise<void>

  /** Tells the other side that it is rejected, where the version can. */
  reject (reason: Uint8Array): Promise<void>

  /** Nothing more is sent. */
  close (): void
}

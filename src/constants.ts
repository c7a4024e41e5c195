// Every number and label of SPEC.md, by section: the specification's first,
// this implementation's own limits after them.

// SPEC 1
export const PROTOCOL = '/secure-peer/1.0.0'

// SPEC 3.1: newline included
export const MAX_LINE_BYTES = 16_384

// SPEC 3.2
export const VERSION = 1
export const TOKEN_BYTES = 64
export const MAX_GROUPS = 8
export const MAX_CIPHERS = 16
export const NAME_PATTERN = /^[a-z0-9-]{1,32}$/
export const X25519_KEY_BYTES = 32
export const MLKEM768_KEY_BYTES = 1184

/** A key exchange group (SPEC 3.2). */
export type GroupName = 'x25519mlkem768' | 'x25519'

/** An AEAD for headers and records (SPEC 3.2). */
export type CipherName = 'aes-256-gcm' | 'chacha20-poly1305' | 'aes-128-gcm'

// SPEC 3.3: strongest first, which is how ties are broken
export const GROUPS: readonly GroupName[] = ['x25519mlkem768', 'x25519']
export const CIPHERS: readonly CipherName[] = ['aes-256-gcm', 'chacha20-poly1305', 'aes-128-gcm']

export const CIPHER_KEY_BYTES: Record<CipherName, number> = {
  'aes-256-gcm': 32,
  'chacha20-poly1305': 32,
  'aes-128-gcm': 16
}

// SPEC 3.4
export const MLKEM768_CIPHERTEXT_BYTES = 1088
export const HEADER_PADDING_BYTES = 1024

// SPEC 3.4: what this side pads to, so that keys of all types look alike
export const HEADER_BLOCK_BYTES = 2 * HEADER_PADDING_BYTES

// SPEC 3.7: in Unicode code points
export const MAX_REASON_CHARACTERS = 256

// SPEC 4.1
export const RSA_MIN_BITS = 2048
export const RSA_MAX_BITS = 8192
export const RSA_MAX_EXPONENT = 2 ** 32 - 1

// SPEC 4.2
export const SIGNATURE_CONTEXT = `${PROTOCOL} header\n`

// SPEC 5.1: the label table, the only place where labels stand
export const LABEL = {
  headerKey: { lesser: 'header-key-lesser', greater: 'header-key-greater' },
  traffic: { lesser: 'traffic-lesser', greater: 'traffic-greater' },
  exporter: 'exporter',
  trafficUpdate: 'traffic-update',
  recordKey: 'record-key',
  recordIv: 'record-iv',
  exportSecret: 'export-secret',
  exportValue: 'export-value'
} as const

// SPEC 5.7
export const KEY_LOG_LABEL = {
  headerKey: { lesser: 'SECURE_PEER_HEADER_KEY_LESSER', greater: 'SECURE_PEER_HEADER_KEY_GREATER' },
  traffic: { lesser: 'SECURE_PEER_TRAFFIC_SECRET_LESSER', greater: 'SECURE_PEER_TRAFFIC_SECRET_GREATER' }
} as const

export const HASH_BYTES = 32
export const SECRET_BYTES = 32
export const NONCE_BYTES = 12
export const TAG_BYTES = 16

// SPEC 5.6: RFC 5869 allows 255 blocks of the hash
export const MAX_EXPORT_BYTES = 255 * HASH_BYTES

// SPEC 6.1
export const RECORD_HEADER_BYTES = 4
export const MAX_RECORD_PLAINTEXT_BYTES = 65_536
export const MAX_REASON_BYTES = 4 * MAX_REASON_CHARACTERS

export const RECORD_TYPE = {
  data: 1,
  end: 2,
  reject: 3
} as const

export type RecordType = typeof RECORD_TYPE[keyof typeof RECORD_TYPE]

// SPEC 6.2: 2^34 bytes at most under one key
export const REKEY_AFTER_RECORDS = 2 ** 18

// --- limits of this implementation ---

/** Plaintext bytes waiting to be sealed at which they are, and at which a writer is asked to wait. */
export const SEND_BUFFER_BYTES = 4 * MAX_RECORD_PLAINTEXT_BYTES

/** Plaintext bytes that one write below carries: a little more, so that what reaches over the end needs none of its own. */
export const MAX_FLUSH_BYTES = 5 * MAX_RECORD_PLAINTEXT_BYTES

/** Pieces below this size are gathered before encryption, larger ones are encrypted where they lie. */
export const GATHER_BELOW_BYTES = 16_384

/** Milliseconds within which a handshake has to finish, an asynchronous identify step included. */
export const DEFAULT_HANDSHAKE_TIMEOUT = 10_000

/** Milliseconds for which a closed stream goes on reading what the other side still sends. */
export const CLOSE_TIMEOUT = 1_000

/** Milliseconds for which metrics may lag behind what connections send and receive. */
export const METRICS_INTERVAL = 100

/** Received bytes waiting for an asynchronous cipher at which the carrier is paused. */
export const MAX_QUEUED_BYTES = 4 * MAX_RECORD_PLAINTEXT_BYTES

/** Bytes of a write from which on its memory is used again: a socket's high water mark, so that a drain event follows. */
export const POOL_FROM_BYTES = 65_536

/** Output buffers that all connections together keep for the next write, 320 KiB each. */
export const MAX_POOLED_BUFFERS = 8

/** Bytes of an array from which on handing its memory back costs less than collecting it. */
export const RELEASE_FROM_BYTES = 4_096

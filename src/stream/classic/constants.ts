// Every number of secure-peer 0.2 on the wire, and the limits that it never had.

/** The Diffie-Hellman group, 1536 bits (RFC 3526 section 2): too small today. */
export const DH_GROUP = 'modp5'

/** Random bytes of a token, sent as base64. */
export const TOKEN_BYTES = 64

/** Signs the header and every frame: RSASSA-PKCS1-v1_5 with SHA-256. */
export const SIGNATURE_DIGEST = 'sha256'

/**
 * Offered if no others are asked for. 0.2 itself offers RC4 only, and an
 * original peer that was given no `ciphers` has nothing else; between others
 * CBC is less bad, since 0.2 uses one key stream for every frame.
 */
export const DEFAULT_CLASSIC_CIPHERS = ['AES-256-CBC', 'AES-128-CBC', 'RC4']

// --- limits of this implementation ---

/** Bytes of the header line, newline included: it comes from anybody. */
export const MAX_HEADER_LINE_BYTES = 16_384

/** Bytes of a frame's line, newline included: a write of almost 12 MiB by the original. */
export const MAX_FRAME_LINE_BYTES = 2 ** 24

/** Plaintext bytes that one frame of ours carries at most; larger writes become several. */
export const MAX_FRAME_PLAINTEXT_BYTES = 2 ** 23

/** Names in a list of ciphers. */
export const MAX_CIPHERS = 1024

/** RSA keys of 0.2 were small; what is below this can be factored on a desk. */
export const MIN_RSA_BITS = 512

/** libp2p has no PeerId for larger keys. */
export const MAX_RSA_BITS = 8192

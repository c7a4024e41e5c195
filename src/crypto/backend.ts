import type { CipherName } from '../constants.ts'
import type { MaybePromise } from '../encoding/bytes.ts'
import type { IdentityKey } from '../identity/public-key.ts'

/**
 * The primitives that the protocol is built from. Methods that give a
 * {@link MaybePromise} are awaited by the handshake; key derivation is synchronous
 * everywhere.
 */
export interface Backend {
  readonly name: string

  /** The ciphers that this runtime has, in the order in which it would rather use them. */
  readonly ciphers: readonly CipherName[]

  /**
   * Set where AEADs are synchronous and done with their arguments when they
   * return, so that the memory may be used again.
   */
  readonly letsGoAtOnce?: true

  randomBytes (length: number): Uint8Array

  /** SHA-256 (FIPS 180-4) of `parts` one after the other: 32 bytes. */
  sha256 (...parts: Uint8Array[]): Uint8Array

  /** What `sha256` gives, for the kilobytes of a handshake: native code where that is asynchronous. */
  digest (...parts: Uint8Array[]): MaybePromise<Uint8Array>

  /** HKDF-Extract with SHA-256 (RFC 5869 section 2.2): 32 bytes. */
  hkdfExtract (salt: Uint8Array, inputKey: Uint8Array): Uint8Array

  /** HKDF-Expand with SHA-256 (RFC 5869 section 2.3): `length` bytes, at most 8160. */
  hkdfExpand (pseudorandomKey: Uint8Array, info: Uint8Array, length: number): Uint8Array

  generateX25519 (): MaybePromise<X25519Keys>
  generateMlKem768 (): MaybePromise<MlKem768Keys>

  /**
   * ML-KEM.Encaps (FIPS 203) to a peer's 1184-byte key.
   *
   * @throws when the key fails the modulus check
   */
  encapsulateMlKem768 (encapsulationKey: Uint8Array): MaybePromise<Encapsulation>

  /** `key`: 16 or 32 bytes, as the cipher wants. The array is copied, not kept. */
  aead (cipher: CipherName, key: Uint8Array): Aead

  /** Whether `signature` is `key`'s over `message`, in the form of SPEC 4.2; a point off its curve verifies nothing. */
  verify (key: IdentityKey, message: Uint8Array, signature: Uint8Array): MaybePromise<boolean>

  /**
   * A signing function that keeps its key ready, where the runtime gives
   * something faster than the libp2p key's own. `secret`: the 32-byte seed of
   * an Ed25519 key (RFC 8032), the PKCS#1 DER of an RSA key (RFC 8017).
   */
  signer? (type: 'ed25519' | 'rsa', secret: Uint8Array): (message: Uint8Array) => MaybePromise<Uint8Array>
}

export interface X25519Keys {
  /** 32 bytes (RFC 7748). */
  readonly publicKey: Uint8Array

  /**
   * X25519 with a peer's 32-byte public key: 32 bytes.
   *
   * @throws or gives 32 zeros for a peer's point of small order
   */
  deriveSecret (remotePublicKey: Uint8Array): MaybePromise<Uint8Array>
}

export interface MlKem768Keys {
  /** 1184 bytes (FIPS 203). */
  readonly encapsulationKey: Uint8Array

  /** 32 bytes; a ciphertext that was tampered with gives unrelated ones (implicit rejection). */
  decapsulate (ciphertext: Uint8Array): MaybePromise<Uint8Array>
}

export interface Encapsulation {
  /** 1088 bytes. */
  readonly ciphertext: Uint8Array

  /** 32 bytes. */
  readonly sharedSecret: Uint8Array
}

/** An AEAD under one key: 12-byte nonces, 16-byte tags. */
export interface Aead {
  /**
   * Seals the concatenation of `pieces` and writes ciphertext and tag to `out`
   * from `offset` on. All arguments but `out` are read before this returns, and
   * none of them is changed.
   */
  seal (nonce: Uint8Array, associatedData: Uint8Array, pieces: readonly Uint8Array[], out: Uint8Array, offset: number): MaybePromise<void>

  /** Begins to open one message whose ciphertext arrives in chunks; the arguments are read before this returns. */
  open (nonce: Uint8Array, associatedData: Uint8Array): Opening
}

/** One message being opened. Nothing it gives may be used before `final` gave it. */
export interface Opening {
  /** Takes the next bytes of the ciphertext; they may be kept until `final`, see {@link Backend.letsGoAtOnce}. */
  update (ciphertext: Uint8Array): void

  /**
   * Checks the tag, which is copied, and gives the plaintext, in pieces.
   *
   * @throws when authentication fails
   */
  final (tag: Uint8Array): MaybePromise<Uint8Array[]>
}

/**
 * secure-peer 0.2 on the wire, for peers that cannot be moved yet. It is broken;
 * docs/moving-from-secure-peer-0.2.md says what anybody on the path can do to it.
 * Only the stream API may import this.
 */
import { createPrivateKey, createPublicKey, getDiffieHellman } from 'node:crypto'
import { printableReason } from '../../encoding/reason.ts'
import { AuthenticationError, InvalidOptionError, NegotiationError } from '../../errors.ts'
import { classicCipher, hasClassicCipher } from './cipher.ts'
import { DEFAULT_CLASSIC_CIPHERS, DH_GROUP } from './constants.ts'
import { electClassicCipher } from './election.ts'
import { createHeader, parseHeader, requireRsa } from './header.ts'
import { ClassicSession } from './session.ts'
import type { ClassicSigner, OwnHeader, RemoteHeader } from './header.ts'
import type { Keys } from '../../keys/index.ts'
import type { HandshakeHooks, StreamProtocol, StreamSession, Wire } from '../protocol.ts'
import type { DiffieHellmanGroup } from 'node:crypto'

/**
 * The protocol of 0.2.
 *
 * @param keys - of RSA, both parts in PEM
 * @param ciphers - OpenSSL's names in preference order; those that this runtime does not have are left out
 * @throws {InvalidOptionError} when the keys are not RSA or no cipher is left
 */
export function classicProtocol (keys: Keys, ciphers: readonly string[] = DEFAULT_CLASSIC_CIPHERS): StreamProtocol {
  const signer = classicSigner(keys)
  const offered = ciphers.filter(hasClassicCipher)

  if (offered.length === 0) {
    throw new InvalidOptionError(`none of the ciphers ${ciphers.join(', ')} is one that both 0.2 and this runtime have`)
  }

  return { handshake: async (wire, hooks) => handshake(signer, offered, wire, hooks) }
}

async function handshake (signer: ClassicSigner, ciphers: readonly string[], wire: Wire, hooks: HandshakeHooks): Promise<StreamSession> {
  // 1. The header, at once. The original has one DH key for all its connections;
  // a fresh one for each looks the same from there.
  const dh = getDiffieHellman(DH_GROUP)
  dh.generateKeys()

  const own = createHeader(signer, dh.getPublicKey(), ciphers)
  wire.write(own.line)

  // 2. The other side's, signed by the key that it shows.
  const remote = parseHeader(await wire.readLine())
  hooks.header(remote.signed)

  if (remote.token === own.token) {
    throw new AuthenticationError('ERR_REFLECTION', 'the remote header is this side\'s own')
  }

  // 3. The vote, and the application's word.
  const cipher = electClassicCipher(ciphers, remote.ciphers)

  if (cipher == null) {
    throw new NegotiationError('ERR_NO_COMMON_CIPHER', `no common cipher: ours ${ciphers.join(', ')}; theirs ${printableReason(remote.ciphers.join(', '))}`)
  }

  await hooks.identify({ cipher, key: { type: 'rsa', public: remote.publicPem }, peerId: remote.peerId })

  // 4. The secret: 0.2 takes its base64 text for a password.
  return new ClassicSession({
    cipher: classicCipher(cipher, computeSecret(dh, remote).toString('base64')),
    token: joinTokens(own, remote),
    privateKey: signer.privateKey,
    remoteKey: remote.key
  })
}

function classicSigner (keys: Keys): ClassicSigner {
  try {
    const privateKey = createPrivateKey(keys.private)
    const publicKey = createPublicKey(keys.public)
    requireRsa(publicKey)

    if (createPublicKey(privateKey).equals(publicKey)) {
      return { privateKey, publicPem: keys.public }
    }
  } catch (err) {
    throw new InvalidOptionError('secure-peer 0.2 needs an RSA key pair in PEM', { cause: err })
  }

  throw new InvalidOptionError('the private and the public key do not belong together')
}

function computeSecret (dh: DiffieHellmanGroup, remote: RemoteHeader): Buffer {
  try {
    return dh.computeSecret(remote.dhPublic)
  } catch (err) {
    throw new AuthenticationError('ERR_INVALID_KEY', `the remote Diffie-Hellman key is not one of ${DH_GROUP}`, { cause: err })
  }
}

// compared as texts, as the original does
function joinTokens (own: OwnHeader, remote: RemoteHeader): string {
  return own.token > remote.token ? own.token + remote.token : remote.token + own.token
}

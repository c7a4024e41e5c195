import { defaultBackend } from '../crypto/index.ts'
import { encodeBase64 } from '../encoding/base64.ts'
import { handshake } from '../handshake/handshake.ts'
import { publicKeyToPem } from '../keys/index.ts'
import { peerIdFromAnyPublicKey, publicKeyFromIdentity, signerFromPrivateKey } from '../libp2p/keys.ts'
import { RecordReader } from '../record/record-reader.ts'
import { RecordWriter } from '../record/record-writer.ts'
import type { HandshakeHooks, ProvenIdentity, StreamProtocol, StreamSession, Wire } from './protocol.ts'
import type { Session } from '../handshake/session.ts'
import type { IdentityKey } from '../identity/public-key.ts'
import type { Signer } from '../identity/signer.ts'
import type { Settings } from '../options.ts'
import type { PrivateKey } from '@libp2p/interface'

/**
 * Protocol 1.0 in the role of a peer: it does not matter which side began.
 *
 * @throws {InvalidOptionError} for a key that 1.0 does not allow, such as RSA below 2048 bits
 */
export function modernProtocol (privateKey: PrivateKey, settings: Settings): StreamProtocol {
  const signer = signerFromPrivateKey(defaultBackend, privateKey)

  return { handshake: async (wire, hooks) => handshakeAsPeer(signer, settings, wire, hooks) }
}

async function handshakeAsPeer (signer: Signer, settings: Settings, wire: Wire, hooks: HandshakeHooks): Promise<StreamSession> {
  const { ciphers, groups, keyLog } = settings

  const { session } = await handshake(wire, {
    backend: defaultBackend,
    role: 'peer',
    signer,
    groups,
    ciphers,
    fields: {},
    keyLog,
    verifyPeer: remotePeer,
    identify: async (peer, { payload, hash }, suite) => {
      hooks.header({ payload, hash: encodeBase64(hash) })
      await hooks.identify({ ...peer, ...suite })
    }
  })

  return streamSession(session)
}

function streamSession (session: Session): StreamSession {
  return {
    createReader: sink => new RecordReader(session.opener, sink),
    createWriter: sink => new RecordWriter(session.sealer, sink),
    wipe: () => { session.wipe() }
  }
}

function remotePeer (key: IdentityKey): Pick<ProvenIdentity, 'key' | 'peerId'> {
  const publicKey = publicKeyFromIdentity(key)

  return {
    // the form in which 0.2 showed keys and programs keep them
    key: { type: key.type, public: publicKey.type === 'RSA' ? publicKeyToPem(publicKey, 'pkcs1') : key.pem },
    peerId: peerIdFromAnyPublicKey(publicKey)
  }
}

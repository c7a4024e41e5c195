// Compiled against the installed package, by each way TypeScript resolves modules.
import { securePeer, SecurePeerError } from 'libp2p-secure-peer'
import { secureDuplex } from 'libp2p-secure-peer/duplex'
import type { CipherName, RemoteIdentity, SecurePeerErrorCode, SecurePeerInit } from 'libp2p-secure-peer'
import type { SecureDuplex } from 'libp2p-secure-peer/duplex'

const cipher: CipherName = 'aes-256-gcm'

export const init: SecurePeerInit = {
  ciphers: [cipher],
  identify: (identity: RemoteIdentity) => { identity.reject('closed today') }
}

export const encrypter = securePeer(init)

export function codeOf (err: unknown): SecurePeerErrorCode | undefined {
  return err instanceof SecurePeerError ? err.code : undefined
}

export const secured: (...args: Parameters<typeof secureDuplex>) => Promise<SecureDuplex> = secureDuplex

import { generateKeyPair } from '@libp2p/crypto/keys'
import tests from '@libp2p/interface-compliance-tests/connection-encryption'
import { defaultLogger } from '@libp2p/logger'
import { securePeer } from '../src/index.ts'
import { upgraderWith } from './fixtures/upgrader.ts'

describe('connection encryption compliance', () => {
  tests({
    async setup (args) {
      return securePeer()({ privateKey: args?.privateKey ?? await generateKeyPair('Ed25519'), logger: defaultLogger(), upgrader: upgraderWith() })
    },
    async teardown () {}
  })
})

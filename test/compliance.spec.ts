import tests from '@libp2p/interface-compliance-tests/connection-encryption'
import { defaultLogger } from '@libp2p/logger'
import { securePeer } from '../src/index.ts'
import { upgraderWith } from './fixtures/upgrader.ts'

describe('connection encryption compliance', () => {
  tests({
    async setup ({ privateKey }) {
      return securePeer()({ privateKey, logger: defaultLogger(), upgrader: upgraderWith() })
    },
    async teardown () {}
  })
})

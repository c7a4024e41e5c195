import { nodeBackend } from '../../src/crypto/node.ts'
import { BACKENDS } from './fixtures/backends.ts'
import { testIdentities, testSessions } from './fixtures/sessions.ts'

describe('sessions between node:crypto and the backends of browsers', function () {
  this.timeout(30_000)

  const node = { 'node:crypto': nodeBackend }

  testSessions(node)
  testSessions(node, BACKENDS)
  testSessions(BACKENDS, node)
  testIdentities(node, BACKENDS)
  testIdentities(BACKENDS, node)
})

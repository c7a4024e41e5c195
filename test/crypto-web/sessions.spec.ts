import { BACKENDS } from './fixtures/backends.ts'
import { testIdentities, testSessions } from './fixtures/sessions.ts'

describe('sessions between the backends of browsers', function () {
  // plain JavaScript takes a while, the more so unoptimised
  this.timeout(30_000)

  testSessions(BACKENDS)
  testIdentities(BACKENDS)
})

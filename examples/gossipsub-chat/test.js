import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepsOf } from '../testing/readme.js'

const [startAlice, startCrowd, startBob] = stepsOf(import.meta.dirname)

test('all hear what one says', async t => {
  const alice = startAlice(t)
  const [address] = await alice.line(/\/ip4\S*/)

  const crowd = startCrowd(t, { address })
  await crowd.line(/joined/)

  const bob = startBob(t, { address })
  const [bobsAddress] = await bob.line(/\/ip4\S*/)
  bob.type('hello everybody')

  await Promise.all([alice, crowd, bob].map(async session => session.shown()))

  const [line] = await alice.line(/^\S+ bob: /)
  assert.ok(line.startsWith(`…${bobsAddress.slice(-6)} `), 'the message is signed by the one who wrote it')

  // alice has two neighbours, of twenty-one
  alice.type('/peers')
  await alice.line(/^…\w{6} by \/secure-peer\/1\.0\.0, …\w{6} by \/secure-peer\/1\.0\.0$/)

  bob.endInput()
  await bob.ends()
  await crowd.interrupt()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepsOf } from '../testing/readme.js'

const [listen, dial] = stepsOf(import.meta.dirname)

test('two nodes talk', async t => {
  const listener = listen(t)
  const [address] = await listener.line(/\/ip4.*/)

  const dialer = dial(t, { address })
  await dialer.ends()
  await listener.shown()

  assert.equal(dialer.lines[0].split(/ +/)[1], address.split('/p2p/')[1], 'the node that was reached is the one of the address')
  await listener.interrupt()
})

test('the dial fails when the node at the address has another key', async t => {
  const [[address], [other]] = await Promise.all([listen(t), listen(t)].map(async listener => listener.line(/\/ip4.*/)))
  const dialer = dial(t, { address: address.replace(/\/p2p\/.*/, `/p2p/${other.split('/p2p/')[1]}`) })

  await dialer.line(/UnexpectedPeerError|expected/)
  await assert.rejects(dialer.ends(), /it failed/)
})

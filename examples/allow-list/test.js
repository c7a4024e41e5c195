import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, test } from 'node:test'
import { stepsOf } from '../testing/readme.js'

const [start, knock, invite, knockAgain] = stepsOf(import.meta.dirname)

// as in a fresh clone
beforeEach(async () => {
  for (const file of ['members.txt', 'visitor.json']) {
    await rm(join(import.meta.dirname, file), { force: true })
  }
})

test('a stranger is refused, a member let in', async t => {
  const door = start(t)
  const [address] = await door.line(/\/ip4.*/)
  assert.doesNotMatch(address, /p2p/, 'the address does not tell who listens')

  const stranger = knock(t, { address })
  await stranger.ends()
  const [, peer] = await stranger.line(/^I am (.*)/)
  await invite(t, { peer }).ends()

  const member = knockAgain(t, { address })
  await member.ends()
  assert.equal(member.lines[0], stranger.lines[0], 'the visitor is the same')

  await door.shown()
  assert.deepEqual(door.lines.slice(-2), [`refused  ${peer}`, `let in   ${peer}`])
  await door.interrupt()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepsOf } from '../testing/readme.js'

const [start] = stepsOf(import.meta.dirname)

test('a login bound to its channel cannot be relayed', async t => {
  const story = start(t)
  await story.ends()

  const said = story.lines.map(line => line.trim().split(/ {2,}/)[1])
  assert.deepEqual(said.slice(1, 4), ['welcome, alice', 'welcome, alice', 'alice owns 1,000 coins'], 'without binding it can')
  assert.deepEqual(said.slice(5), ['welcome, alice', 'refused', 'nothing'])
})

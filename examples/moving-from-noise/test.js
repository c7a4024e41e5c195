import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepsOf } from '../testing/readme.js'

const [start] = stepsOf(import.meta.dirname)

test('nobody is cut off on the way from noise to secure-peer', async t => {
  const story = start(t)
  await story.ends()

  const used = story.lines.filter(line => line.startsWith('  ')).map(line => line.split(/ {2,}/)[2])
  const stages = Array.from({ length: 4 }, (_, i) => used.slice(3 * i, 3 * i + 3))

  assert.deepEqual(stages.map(stage => stage.filter(encryption => encryption === '/noise').length), [3, 2, 0, 0])
  assert.ok(stages.flat().every(encryption => ['/noise', '/secure-peer/1.0.0'].includes(encryption)), 'every dial of the three stages succeeds')
})

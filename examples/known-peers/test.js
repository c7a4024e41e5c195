import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepsOf } from '../testing/readme.js'

const [start] = stepsOf(import.meta.dirname)

test('an address keeps the key that it had', async t => {
  const story = start(t)
  await story.ends()

  const [first, again, changed, after] = story.lines.filter(line => line.startsWith('  ')).map(line => line.match(/12D3KooW\w+/g))

  assert.deepEqual(again, first, 'the second time it is the same')
  assert.notDeepEqual(after, first, 'the other one has another key')
  assert.deepEqual(changed, [...first, ...after], 'the error names whom it knows and who came')
})

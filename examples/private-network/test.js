import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { stepsOf } from '../testing/readme.js'

const [key, start] = stepsOf(import.meta.dirname)

test('only who has the key gets a connection', async t => {
  // as in a fresh clone
  await rm(join(import.meta.dirname, 'swarm.key'), { force: true })

  await key(t).ends()
  await start(t).ends()
})

// Makes the key of a private network.
/* eslint-disable no-console */

import { writeFile } from 'node:fs/promises'
import { generateKey } from '@libp2p/pnet'

// the size of the file, which is text
const key = new Uint8Array(95)
generateKey(key)

await writeFile('swarm.key', key, { mode: 0o600 })
console.log('swarm.key is for the members, over a way that you trust.')

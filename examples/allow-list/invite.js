// Adds a PeerId to members.txt, as an editor would.
/* eslint-disable no-console */

import { appendFile } from 'node:fs/promises'
import { MEMBERS } from './members.js'

const [peerId] = process.argv.slice(2)

await appendFile(MEMBERS, `${peerId}\n`)
console.log(`${peerId} is a member now`)

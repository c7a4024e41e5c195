// The listening side of a session that is recorded, in a process of its own: ends
// when its parent lets go of it.

import { createNode } from './node.ts'

const node = await createNode({ extensions: { 'example/motd': new TextEncoder().encode('hello') } }, ['/ip4/127.0.0.1/tcp/0'])

process.once('disconnect', () => { void node.stop() })
process.send?.(node.getMultiaddrs()[0].toString())

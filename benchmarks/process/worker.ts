/**
 * The child process: runs the tasks its parent asks for, one module each, and
 * ends with its parent.
 */

import { startProfile, stopProfile } from './profiler.ts'
import type { Request, Response } from './child.ts'

type Task = (params: any) => Promise<unknown>

// loaded when asked for: a process that measures handshakes has no muxer in it
const TASKS: Record<string, () => Promise<Task>> = {
  'endpoint/listen': async () => (await import('../tasks/endpoint.ts')).listen,
  'endpoint/connect': async () => (await import('../tasks/endpoint.ts')).connect,
  'transfer/expect': async () => (await import('../tasks/transfer.ts')).expect,
  'transfer/finish': async () => (await import('../tasks/transfer.ts')).finish,
  'transfer/run': async () => (await import('../tasks/transfer.ts')).run,
  'round-trip/answer': async () => (await import('../tasks/round-trip.ts')).answer,
  'round-trip/run': async () => (await import('../tasks/round-trip.ts')).run,
  'dial/prepare': async () => (await import('../tasks/dial.ts')).prepare,
  'dial/run': async () => (await import('../tasks/dial.ts')).run,
  'memory/listen': async () => (await import('../tasks/memory.ts')).listen,
  'memory/prepare': async () => (await import('../tasks/memory.ts')).prepare,
  'memory/open': async () => (await import('../tasks/memory.ts')).open,
  'memory/usage': async () => (await import('../tasks/memory.ts')).usage,
  'swarm/cpu': async () => (await import('../tasks/swarm.ts')).cpu,
  'dht/start': async () => (await import('../tasks/dht.ts')).start,
  'dht/join': async () => (await import('../tasks/dht.ts')).join,
  'dht/tables': async () => (await import('../tasks/dht.ts')).tables,
  'dht/put': async () => (await import('../tasks/dht.ts')).put,
  'dht/get': async () => (await import('../tasks/dht.ts')).get,
  'dht/provide': async () => (await import('../tasks/dht.ts')).provide,
  'dht/findProviders': async () => (await import('../tasks/dht.ts')).findProviders,
  'dht/findPeer': async () => (await import('../tasks/dht.ts')).findPeer,
  'gossip/start': async () => (await import('../tasks/gossip.ts')).start,
  'gossip/join': async () => (await import('../tasks/gossip.ts')).join,
  'gossip/meshes': async () => (await import('../tasks/gossip.ts')).meshes,
  'gossip/publish': async () => (await import('../tasks/gossip.ts')).publish,
  'gossip/received': async () => (await import('../tasks/gossip.ts')).received,
  'load/listen': async () => (await import('../tasks/load.ts')).listen,
  'load/prepare': async () => (await import('../tasks/load.ts')).prepare,
  'load/open': async () => (await import('../tasks/load.ts')).open,
  'load/openStreams': async () => (await import('../tasks/load.ts')).openStreams,
  'load/echo': async () => (await import('../tasks/load.ts')).echo,
  'load/watch': async () => (await import('../tasks/load.ts')).watch,
  'load/delays': async () => (await import('../tasks/load.ts')).delays,
  'load/usage': async () => (await import('../tasks/load.ts')).usage,
  'handshakes/prepare': async () => (await import('../tasks/handshakes.ts')).prepare,
  'handshakes/run': async () => (await import('../tasks/handshakes.ts')).run,
  'primitives/prepare': async () => (await import('../tasks/primitives.ts')).prepare,
  'primitives/run': async () => (await import('../tasks/primitives.ts')).run,
  'profile/start': async () => startProfile,
  'profile/stop': async () => stopProfile
}

async function answer (request: Request): Promise<void> {
  const response: Response = { id: request.id }

  try {
    const task = await TASKS[request.task]()
    response.result = await task(request.params)
  } catch (err: any) {
    response.error = err.stack ?? String(err)
  }

  process.send?.(response)
}

process.on('message', (request: Request) => {
  void answer(request)
})
process.on('disconnect', () => {
  process.exit(0)
})

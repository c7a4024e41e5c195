/**
 * A link with a round trip time: forwards TCP connections and holds every
 * chunk for half of it on its way, in order, without a limit on bandwidth.
 */

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface DelayProxy {
  port: number
  close (): void
}

export async function createDelayProxy (targetPort: number, roundTripMs: number): Promise<DelayProxy> {
  const sockets = new Set<Socket>()

  const server = createServer(near => {
    const far = connect(targetPort, '127.0.0.1')

    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.once('close', () => {
        sockets.delete(socket)
      })
      // a reset on one side shows as the close of the other
      socket.on('error', () => {})
    }

    forward(near, far, roundTripMs / 2)
    forward(far, near, roundTripMs / 2)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    close () {
      server.close()
      sockets.forEach(socket => { socket.destroy() })
    }
  }
}

function forward (from: Socket, to: Socket, delayMs: number): void {
  // timers of one duration fire in the order they were set
  from.on('data', chunk => {
    setTimeout(() => {
      if (to.writable) {
        to.write(chunk)
      }
    }, delayMs)
  })
  from.once('close', () => {
    setTimeout(() => {
      to.destroySoon()
    }, delayMs)
  })
}

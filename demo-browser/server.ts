/**
 * Serves the page, its code and the address to dial.
 */

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { bundle } from '../benchmarks/browser/bundle.ts'
import { ADDRESS_PATH } from './protocol.ts'
import type { AddressInfo } from 'node:net'

export interface Server {
  readonly url: string
  stop (): void
}

/** @param address - the listener's */
export async function startServer (address: string, port: number = 0): Promise<Server> {
  const { code } = await bundle('import { main } from \'./demo-browser/page.ts\'\nmain()', { source: 'src' })
  const files: Record<string, { type: string, content: string | Uint8Array }> = {
    '/': { type: 'text/html', content: await readFile(new URL('index.html', import.meta.url)) },
    '/page.js': { type: 'text/javascript', content: code },
    [ADDRESS_PATH]: { type: 'text/plain', content: address }
  }

  const server = createServer((request, response) => {
    const file = files[request.url ?? '']
    response.writeHead(file != null ? 200 : 404, { 'content-type': `${file?.type ?? 'text/plain'}; charset=utf-8` })
    response.end(file?.content)
  })

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}

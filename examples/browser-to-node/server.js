import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { build } from 'esbuild'

// Serves the page, its bundled script and the address that it has to dial; returns
// where. Any other bundler will do: secure-peer needs no settings.
export async function startServer (address) {
  const { outputFiles: [script] } = await build({
    entryPoints: [join(import.meta.dirname, 'page.js')],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false
  })

  const files = {
    '/': ['text/html', await readFile(join(import.meta.dirname, 'index.html'))],
    '/page.js': ['text/javascript', script.contents],
    '/address': ['text/plain', address.toString()]
  }

  const server = createServer((request, response) => {
    const [type, content] = files[request.url] ?? ['text/plain', 'not here']

    response.writeHead(files[request.url] != null ? 200 : 404, { 'content-type': `${type}; charset=utf-8` })
    response.end(content)
  })

  await once(server.listen(0, '127.0.0.1'), 'listening')

  return `http://127.0.0.1:${server.address().port}/`
}
